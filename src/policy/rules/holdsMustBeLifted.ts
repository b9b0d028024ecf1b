import type { Hold } from '../../schema/counters.ts';
import type { ChangeFacts } from '../facts.ts';
import { wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G20: what a person stopped or paused stays so. A pause lets an undo through, a stop nothing; unreadable means paused. */
export const holdsMustBeLifted: Rule<ChangeFacts> = (facts) => {
  const { holds, request } = facts.input;
  if (holds === undefined) {
    const message = 'holds could not be read, so it counts as paused';
    return facts.call === 'undo' ? [] : [wait('G20', 'NoData', message, { input: 'holds' })];
  }
  return holds
    .filter((hold) => hold.namespace === undefined || hold.namespace === request.target.namespace)
    .filter((hold) => binds(hold, facts))
    .map((hold) => {
      const code = hold.kind === 'stop' ? 'Stopped' : 'Paused';
      return wait('G20', code, `${code.toLowerCase()} by ${hold.by}: ${hold.reason}`, {
        by: hold.by,
        what: hold.what,
        since: hold.at,
      });
    });
};

function binds(hold: Hold, { call, direction, restart }: ChangeFacts): boolean {
  if (hold.kind === 'stop') return true;
  if (hold.kind !== 'pause' || call === 'undo') return false;
  switch (hold.what) {
    case 'all':
      return true;
    case 'downs':
      return direction === 'down' || direction === 'unknown' || restart;
    case 'ups':
      return direction === 'up' || direction === 'unknown';
  }
}
