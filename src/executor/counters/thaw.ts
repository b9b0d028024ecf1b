import type { ServiceView } from '../../observe/serviceView.ts';
import { thawed } from '../../policy/counters.ts';
import { sealed } from '../../schema/counterSeal.ts';
import { KINDS } from '../../schema/kube.ts';
import { CircuitBreakerSpec, type Resumed } from '../../schema/records.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { readCounters } from './slot.ts';

/**
 * Lifts the freeze that a person named in the CircuitBreaker's spec. Both halves are read in one object and swapped on
 * it, so that the stamp of an older freeze never meets a newer one. On record before it takes effect (P5).
 */
export async function thaw(
  deps: ExecutorDeps,
  { namespace, name, counters, breakerObject }: ServiceView,
): Promise<AgainAt> {
  // Until a person named it a freeze costs no request.
  if (counters?.frozen === undefined || resumedOf(breakerObject?.spec)?.change !== counters.frozen.change)
    return undefined;
  const now = deps.clock.now();
  const read = await readCounters(deps, namespace, name);
  if (read === 'lost') return undefined;
  if (read?.counters === undefined) return now + POLL_MS;
  const resumed = resumedOf(read.object.spec);
  const next = thawed(read.counters, resumed?.change);
  if (next === undefined) return undefined;
  const data = { lifted: 'frozen', service: `${namespace}/${name}`, ...resumed };
  const logged = await deps.journal.append({ kind: 'hold', subject: read.counters.frozen?.decision ?? '', data });
  if (!logged.ok) return now + POLL_MS;
  const swapped = await deps.records.replaceStatus(KINDS.CircuitBreaker, { ...read.object, status: sealed(next) });
  if (!swapped.ok) return now + SOON_MS;
  deps.log.info(
    { service: `${namespace}/${name}`, ...(resumed && { change: resumed.change, who: resumed.by }) },
    'a freeze was lifted',
  );
  return undefined;
}

/** A spec that cannot be read lifts nothing. */
function resumedOf(spec: unknown): Resumed | undefined {
  const parsed = CircuitBreakerSpec.safeParse(spec);
  return parsed.success ? parsed.data.resumed : undefined;
}
