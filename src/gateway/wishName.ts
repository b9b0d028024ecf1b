import { createHash } from 'node:crypto';
import type { Judged } from '../calls/judge.ts';
import type { KubeObject } from '../schema/kube.ts';
import { argumentsOf } from '../schema/wish.ts';
import type { Identity } from './people/identity.ts';

/** On another day the name is another one, so that a Decision never gets the name of one that was removed. */
const DAY_MS = 86_400_000;

/**
 * The name of the Decision that a wish would get: the same for the same wish of the same person, as long as the same Decisions
 * are known. Of two gateways that are asked at once only one can make it, and the other finds it there. Undefined: no blueprint
 * governs the target. `decisions`: of the service, whoever asked.
 */
export function wishName(
  who: Identity,
  { request, view }: Pick<Judged, 'request' | 'view'>,
  decisions: readonly KubeObject[],
  now: number,
): string | undefined {
  if (view === undefined) return undefined;
  const names = new Set(decisions.map(({ metadata }) => metadata.name));
  const { target, tool, effect, args, wanted } = request;
  const asked = Object.entries(argumentsOf(wanted)).toSorted();
  const sent = effect === 'unknown' ? args : {};
  const wish = [who.name, target.namespace, target.name, tool, asked, sent, Math.floor(now / DAY_MS)];
  for (let n = 0; ; n += 1) {
    const hash = createHash('sha256')
      .update(JSON.stringify([...wish, n]))
      .digest('hex');
    const name = `${view.name}-${hash.slice(0, 10)}`;
    if (!names.has(name)) return name;
  }
}
