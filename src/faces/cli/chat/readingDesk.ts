import { createLog } from '../../../adapters/pino/log.ts';
import { systemIds } from '../../../adapters/system/systemIds.ts';
import { newSigningKey, trustedKeys } from '../../../approvals/keys.ts';
import { composeObserver } from '../../../compose.ts';
import { composeGateway, trustIn } from '../../../composeGateway.ts';
import { ChangeFeed } from '../../../gateway/changes.ts';
import type { Identity } from '../../../gateway/people/identity.ts';
import { err, ok } from '../../../kernel/result.ts';
import type { ClusterResult, RecordWriter } from '../../../ports/cluster.ts';
import type { Journal } from '../../../ports/journal.ts';
import { gatewayViews } from '../../http/gatewayViews.ts';
import type { McpDesk } from '../../mcp/desk.ts';
import { gatewayDesk } from '../../mcp/gatewayDesk.ts';
import { metricsSource } from '../metricsSource.ts';
import type { Session } from '../session.ts';

export interface ReadingDesk {
  readonly desk: McpDesk;
  readonly who: Identity;
}

const LOOK_EVERY_MS = 15_000;

/**
 * What a person without a login at a gateway can ask: reads, with the rights of their own kubeconfig. It has no effects and
 * writes nothing, so there is no record of the questions either. It looks at the cluster until `signal` ends it.
 */
export async function readingDesk(session: Session, ownNamespace: string, signal: AbortSignal): Promise<ReadingDesk> {
  const { cluster, clock } = session;
  const { reader } = cluster;
  const log = createLog({ to: 'stderr', level: 'error' });
  const metrics = await metricsSource(session);
  const wiring = { reader, records: NO_RECORDS, metrics, clock, ids: systemIds, log, ownNamespace };
  const observer = composeObserver(wiring);
  await observer.start(signal);
  await observer.pass();
  void (async () => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      if (!signal.aborted) await observer.pass();
    }
  })().catch((error: unknown) => log.error({ error: String(error) }, 'the cluster is not looked at any more'));
  const trust = await trustIn(reader, []);
  const gateway = composeGateway(wiring, {
    observer,
    journal: NO_JOURNAL,
    // Made now and gone with the process: it signs nothing, since nothing is asked for.
    privatePem: newSigningKey(),
    trust: trust.ok ? trust.value : { keys: trustedKeys([]), cluster: '' },
  });
  const parts = { views: gatewayViews(gateway), feed: new ChangeFeed(systemIds.fresh()), url: () => '' };
  const { effects: _, feed: __, ...reads } = gatewayDesk(gateway, parts);
  return { desk: { ...reads, url: () => undefined }, who: BY_KUBECONFIG };
}

const BY_KUBECONFIG: Identity = {
  name: 'kubeconfig',
  role: 'viewer',
  groups: [],
  by: { kind: 'token', id: 'kubeconfig', scopes: ['read'] },
};

const NO_JOURNAL: Journal = { append: async () => ok(''), head: () => '', close: () => Promise.resolve() };

const refused: ClusterResult<never> = err({ code: 'denied', message: 'nothing is written here', uncertain: false });
const NO_RECORDS: RecordWriter = {
  create: () => Promise.resolve(refused),
  replace: () => Promise.resolve(refused),
  replaceStatus: () => Promise.resolve(refused),
  delete: () => Promise.resolve(refused),
};
