import { describe, expect, it } from 'vitest';
import { RULE_AGENTS } from '../agents/agents.ts';
import type { Brief, BriefFacts } from '../agents/roles/governanceEnforcer.ts';
import { decide } from '../policy/decide.ts';
import { type CalmOverrides, calmInput, RESTART, scaleTo } from '../testing/gateInput.ts';
import { refusal } from '../testing/proposalContext.ts';
import type { Asked } from './briefFacts.ts';
import { writeBrief } from './writeBrief.ts';

const desk = {
  runId: 'run-1',
  own: { namespace: 'shop', name: 'web' },
  judge: async (call: { tool: string }) => ({ kind: 'refused' as const, verdict: refusal(call.tool) }),
  record: async () => true,
};
const { signal } = new AbortController();

function askedOf(overrides: CalmOverrides): Asked {
  const input = calmInput(overrides);
  const { verdict } = decide(input);
  const { blueprint, workload, assessment } = input;
  const view = {
    namespace: 'shop',
    name: 'web',
    matches: 1,
    object: { apiVersion: '', kind: 'Blueprint', metadata: { name: 'web' } },
    ...(blueprint && { blueprint }),
    ...(workload && { workload }),
    ...(assessment && { assessment }),
  };
  return { request: input.request, verdict, view, rationale: 'because', alternatives: ['scale to 10: allowed'] };
}

/** Counts how often a model would have been asked. */
function counting() {
  const asked: BriefFacts[] = [];
  const enforcer = {
    ask: async (facts: BriefFacts, ...rest: [typeof desk, AbortSignal]) => {
      asked.push(facts);
      return RULE_AGENTS.enforcer.ask(facts, ...rest);
    },
  };
  return { asked, enforcer };
}

const deletion = { tool: 'delete_deployment', effect: 'unknown' as const, args: {} };

describe('the brief of a wish', () => {
  it.each<{ when: string; overrides: CalmOverrides; calls: number }>([
    { when: 'people decide', overrides: { request: scaleTo(12) }, calls: 1 },
    { when: 'authority is overreached', overrides: { request: deletion }, calls: 1 },
    { when: 'nothing governs the target', overrides: { matches: 0 }, calls: 1 },
    {
      when: 'a hard ceiling forbids',
      overrides: { request: scaleTo(9), global: { ceilings: { maxReplicas: 8 } } },
      calls: 0,
    },
    { when: 'it is only observed', overrides: { blueprint: { autonomy: 'observe' } }, calls: 0 },
    {
      when: 'it is only observed and would be refused as well',
      overrides: { blueprint: { autonomy: 'observe' }, request: deletion },
      calls: 1,
    },
  ])('costs $calls model calls when $when', async ({ overrides, calls }) => {
    const { asked, enforcer } = counting();
    const written = await writeBrief(enforcer, askedOf(overrides), desk, signal);
    expect(asked).toHaveLength(calls);
    expect(written?.brief).toContain('Verdict: ');
    expect(written?.briefBy.role).toBe('governance-enforcer');
  });

  it('is not written for what is allowed', async () => {
    const { asked, enforcer } = counting();
    expect(await writeBrief(enforcer, askedOf({}), desk, signal)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each<{ request: CalmOverrides['request']; lines: RegExp[] }>([
    {
      request: scaleTo(12),
      lines: [
        /^What: scale to 12 \(scale_beyond_limits\) on shop\/web$/m,
        /^Before: 2 replicas, 2 ready$/m,
        /^After: 12 replicas$/m,
        /^Risk: 10 pods more; they request CPU \S+/m,
        /^When: once one of devops-team approved within \d+ min, then within \d+ min; judged again before it is done$/m,
      ],
    },
    {
      request: scaleTo(0),
      lines: [/^Risk: 2 pods fewer; no pod is left: the service answers nobody$/m, /^When: never: it is refused$/m],
    },
    {
      request: deletion,
      lines: [
        /^After: nothing would change: no code could carry this out$/m,
        /^Undo: nothing to undo$/m,
        /^ {2}1\. scale to 10: allowed$/m,
      ],
    },
  ])('states numbers, risk and time of $request.tool from what was observed', async ({ request, lines }) => {
    const written = await writeBrief(RULE_AGENTS.enforcer, askedOf(request ? { request } : {}), desk, signal);
    for (const line of lines) expect(written?.brief).toMatch(line);
  });

  it('of what no code could carry out says what runs, and that it stays so', async () => {
    const asked = askedOf({ request: deletion });
    const unread = { ...asked, view: undefined };
    const briefs = await Promise.all([asked, unread].map((of) => writeBrief(RULE_AGENTS.enforcer, of, desk, signal)));
    expect(briefs[0]?.brief).toMatch(/^Before: \d+ replicas, \d+ ready$/m);
    expect(briefs[0]?.brief).toContain('After: nothing would change');
    expect(briefs[1]?.brief).toContain('Before: not known: the Deployment could not be read');
  });

  it('of a restart says that all pods are replaced', async () => {
    const restricted = {
      authority: {
        allowed: [],
        requiresApproval: [{ operation: 'restart_pods' as const, condition: 'always', approvers: ['ops'] }],
        forbidden: [],
      },
    };
    const asked = askedOf({ request: RESTART, blueprint: restricted });
    const written = await writeBrief(RULE_AGENTS.enforcer, asked, desk, signal);
    expect(written?.brief).toContain('Risk: all 2 pods are replaced, a few at a time');
  });

  it('keeps a model’s picks to what the gate has judged', async () => {
    const brief: Brief = { words: { why: 'It is hot.' }, picked: [0] };
    const { origin } = await RULE_AGENTS.enforcer.ask({} as BriefFacts, desk, signal);
    const enforcer = { ask: async () => ({ conclusion: brief, origin, byModel: true }) };
    const written = await writeBrief(enforcer, askedOf({ request: scaleTo(12) }), desk, signal);
    expect(written?.brief).toContain('  1. scale to 10: allowed (the model points to this one)');
  });
});
