import type { Hold } from '../../schema/counters.ts';
import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, noData, wait } from '../rule.ts';

/** G20: what a person stopped or paused stays so. A pause lets an undo through, a stop nothing; unreadable means paused. */
export const holdsMustBeLifted: ChangeRule = (facts) => {
  const { holds, request } = facts.input;
  if (holds === undefined) return facts.call === 'undo' ? [] : noData('wait', { holds });
  return holds
    .filter(({ namespace }) => namespace === undefined || namespace === request.target.namespace)
    .filter((hold) => binds(hold, facts))
    .map(({ kind, by, reason, what, at }) => {
      const code = kind === 'stop' ? 'Stopped' : 'Paused';
      return wait(code, `${code.toLowerCase()} by ${by}: ${reason}`, { by, what, since: at });
    });
};

function binds({ kind, what }: Hold, { call, direction, disruptive }: ChangeFacts): boolean {
  if (kind === 'stop') return true;
  if (kind !== 'pause' || call === 'undo') return false;
  return what === 'all' || (what === 'downs' ? disruptive : direction === 'up');
}
