import { afterEach, describe, expect, it } from 'vitest';
import type { Standing } from '../../src/policy/rule.ts';
import { RULES } from '../../src/policy/rules.ts';
import { gateAnswer, naiveAnswer, same } from '../naive/agreement.ts';
import { randomInput } from '../naive/randomInput.ts';
import { play } from './play.ts';
import type { Attack, Call, Lies, Step } from './steps.ts';

/** A rule that is taken out of the gate, for the whole product, is noticed by what gets written then. */

const scale = (replicas: number): Call => ({ tool: 'scale', args: { replicas } });
const restart: Call = { tool: 'restart_pods', args: {} };
const person = (call: Call): Step => ({ do: 'person', call });
const agent = (call: Call, lies: Partial<Lies> = {}): Step => ({
  do: 'forge',
  call,
  lies: { as: 'agent', namespace: 'shop', target: 'web', parent: 'none', seen: 'none', ...lies },
});
const pass = (times: number): Step => ({ do: 'pass', times });
const at = (attack: Partial<Attack> & Pick<Attack, 'steps'>): Attack => ({
  replicas: 2,
  load: 'even',
  blueprint: 'everything',
  warm: 2,
  ...attack,
});

/** By name of the rule: an attack that it alone holds back. */
const HELD_BACK: Readonly<Record<string, Attack>> = {
  operationMustBeGranted: at({ blueprint: 'scaleOnly', steps: [person(restart), pass(1)] }),
  ownersMustBeRespected: at({ load: 'spike', steps: [{ do: 'autoscaler' }, agent(scale(4)), pass(1)] }),
  disruptionBudgetsMustHold: at({ steps: [{ do: 'disruptionBudget' }, person(restart), pass(1)] }),
  noDataMustNotCountAsZero: at({
    steps: [{ do: 'metrics', what: 'absurd' }, { do: 'wait', passes: 1 }, person(restart), pass(1)],
  }),
  distressMustNotLookIdle: at({ replicas: 4, load: 'slower', steps: [person(scale(3)), pass(1)] }),
  rolloutMustBeOver: at({ steps: [{ do: 'people', what: 'image' }, person(scale(3)), pass(1)] }),
  stepsMustStayUnderCeilings: at({
    blueprint: 'usual',
    load: 'flood',
    replicas: 4,
    steps: [
      { do: 'global', name: 'ceiling' },
      agent(scale(6)),
      pass(1),
      { do: 'vote', which: 0, vote: 'approved' },
      pass(1),
    ],
  }),
  downsMustRespectWindow: at({ replicas: 4, load: 'calm', steps: [agent(scale(3)), pass(1)] }),
  loadMustFitAfterDown: at({ replicas: 2, blueprint: 'wide', steps: [person(scale(1)), pass(1)] }),
  reversalsMustWait: at({
    replicas: 3,
    load: 'calm',
    warm: 33,
    steps: [person(scale(4)), pass(10), agent(scale(3)), pass(2)],
  }),
  budgetMustBeLeft: at({
    blueprint: 'wide',
    load: 'flood',
    steps: [agent(scale(3)), pass(1), agent(scale(4)), pass(1)],
  }),
  capacityMustBeLeft: at({
    blueprint: 'wide',
    replicas: 4,
    load: 'flood',
    steps: [{ do: 'global', name: 'capacity' }, agent(scale(6)), pass(1)],
  }),
  targetMustBeOne: at({ load: 'spike', steps: [agent(scale(3), { namespace: '*' }), pass(1)] }),
  drivenResourcesMustStay: at({
    steps: [person({ tool: 'adjust_resources', args: { cpu_request: '200m' } }), pass(1)],
  }),
  resourcesMustStayInBounds: at({
    steps: [person({ tool: 'adjust_resources', args: { memory_request: '256Mi' } }), pass(1)],
  }),
  groundMustBeTheSame: at({ load: 'spike', steps: [agent(scale(3), { seen: 'stale' }), pass(1)] }),
  breakerMustLetThrough: at({
    load: 'spike',
    steps: [{ do: 'hold', of: 'service', kind: 'breaker', what: 'all' }, agent(scale(3)), pass(1)],
  }),
  holdsMustBeLifted: at({
    load: 'spike',
    steps: [{ do: 'hold', of: 'fleet', kind: 'pause', what: 'all' }, agent(scale(3)), pass(1)],
  }),
  freezeWindowMustBeOver: at({ load: 'spike', blueprint: 'frozen', steps: [agent(scale(3)), pass(1)] }),
  evidenceMustAgree: at({ steps: [agent(scale(4)), { do: 'load', name: 'calm' }, { do: 'wait', passes: 6 }, pass(1)] }),
  oneChangeAtATime: at({
    steps: [{ do: 'global', name: 'noCooldown' }, person(scale(3)), pass(1), person(restart), pass(2)],
  }),
  autonomyMustReachSoFar: at({ load: 'spike', blueprint: 'observes', steps: [agent(scale(3)), pass(1)] }),
};

const NAIVE_CASES = 2000;

/** The gate without the rule and the second decider fall apart over a random input. */
function isToldByTheSecondDecider(left: Standing): boolean {
  const others = RULES.filter((standing) => standing !== left);
  for (let seed = 1; seed <= NAIVE_CASES; seed += 1) {
    const input = randomInput(seed);
    const naive = naiveAnswer(input);
    if (same(gateAnswer(input), naive) && !same(gateAnswer(input, others), naive)) return true;
  }
  return false;
}

const inForce = [...RULES];
/** The gate's own list, as every caller of it uses it. Nothing of the product can reach it; a test can. */
const list = RULES as Standing[];
afterEach(() => void list.splice(0, list.length, ...inForce));

describe('a rule that is taken out is noticed', () => {
  const rules = inForce.map((standing) => ({ standing, id: standing.id, name: standing.rule.name }));

  it.each(rules.filter(({ name }) => name in HELD_BACK))(
    '$id $name: by what is written',
    async ({ standing, name }) => {
      const attack = HELD_BACK[name];
      if (attack === undefined) throw new Error(`no attack on ${name}`);
      expect((await play(attack)).violations, 'with every rule in force').toEqual([]);
      list.splice(list.indexOf(standing), 1);
      const held = `without ${name} its attack in HELD_BACK does nothing that the books forbid: another rule holds it back too, or it was never written`;
      expect((await play(attack)).violations.length, held).toBeGreaterThan(0);
    },
  );

  it.each(rules.filter(({ name }) => !(name in HELD_BACK)))('$id $name: by the second decider', ({ standing }) => {
    const silent = `${standing.rule.name} has no attack in HELD_BACK, and no case of ${NAIVE_CASES} of the second decider tells that it is gone`;
    expect(isToldByTheSecondDecider(standing), silent).toBe(true);
  });
});
