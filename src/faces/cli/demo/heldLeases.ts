import type { Clock } from '../../../ports/clock.ts';
import type { ClusterReader, RecordWriter } from '../../../ports/cluster.ts';
import type { Log } from '../../../ports/log.ts';
import { Lease } from '../../../roles/lease.ts';

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Well inside the 15 s that a lease lasts. */
const RENEW_MS = 5_000;

interface Shop {
  /** The shop's own time. */
  readonly clock: Clock;
  readonly port: { readonly reader: ClusterReader; readonly records: RecordWriter };
}

/** Holds the leases of the controller and the executor that run in the shop, until the signal: whoever looks from outside knows by them that somebody acts. */
export async function holdLeases({ clock, port: { reader, records } }: Shop, signal: AbortSignal): Promise<void> {
  const leases = ['controller', 'executor'].map(
    (role) =>
      new Lease({
        ...{ reader, records, clock, log: SILENT },
        namespace: 'agent-system',
        name: `fairlead-${role}`,
        identity: 'fairlead-demo',
      }),
  );
  while (!signal.aborted) {
    for (const lease of leases) await lease.hold();
    await clock.sleep(RENEW_MS, signal);
  }
}
