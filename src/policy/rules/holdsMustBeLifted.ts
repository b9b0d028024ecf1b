import { isoInstant } from '../../kernel/instant.ts';
import type { Hold } from '../../schema/counters.ts';
import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, type Findings, noData, wait } from '../rule.ts';

/**
 * G20: what a person stopped or paused stays so, and a service whose undo failed stays frozen until a person lifts that.
 * Pause and freeze let an undo through, a stop nothing; unreadable means paused.
 */
export const holdsMustBeLifted: ChangeRule = (facts) => {
  const { holds, request } = facts.input;
  if (holds === undefined) return facts.call === 'undo' ? [] : [...noData('wait', { holds }), ...frozen(facts)];
  const held = holds
    .filter(({ namespace }) => namespace === undefined || namespace === request.target.namespace)
    .filter((hold) => binds(hold, facts))
    .map(({ kind, by, reason, what, at }) => {
      const code = kind === 'stop' ? 'Stopped' : 'Paused';
      return wait(code, `${code.toLowerCase()} by ${by}: ${reason}`, { by, what, since: at });
    });
  return [...held, ...frozen(facts)];
};

function frozen({ input: { counters }, call, blueprint }: ChangeFacts): Findings {
  if (counters?.frozen === undefined || call === 'undo') return [];
  const { change, decision, at } = counters.frozen;
  const message = `frozen: the undo ${change} failed; put the Deployment right by hand, then fairlead resume ${blueprint.namespace}/${blueprint.name}`;
  return [wait('Frozen', message, { change, decision, since: isoInstant(at) })];
}

function binds({ kind, what }: Hold, { call, direction, disruptive }: ChangeFacts): boolean {
  if (kind === 'stop') return true;
  if (kind !== 'pause' || call === 'undo') return false;
  return what === 'all' || (what === 'downs' ? disruptive : direction === 'up');
}
