import { folderFiles } from '../../../adapters/blueprintFiles/folderFiles.ts';
import { FolderOfJournals } from '../../../adapters/journal/journalFiles.ts';
import { fileStore } from '../../../adapters/people/fileStore.ts';
import { secretStore } from '../../../adapters/people/secretStore.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import type { Trust } from '../../../approvals/tally.ts';
import { composeNotices, type Wiring } from '../../../compose.ts';
import { composeGateway } from '../../../composeGateway.ts';
import type { Config } from '../../../config.ts';
import { finishRaises } from '../../../gateway/finishRaises.ts';
import { keepAllowances } from '../../../gateway/keepAllowances.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { Observer } from '../../../observe/observer.ts';
import type { Journal } from '../../../ports/journal.ts';
import type { QueueState } from '../../../schema/api/records.ts';
import type { Io } from '../io.ts';
import { linkCommand } from '../people/linkCommand.ts';
import type { Session } from '../session.ts';
import { type Served, type Stand, serveGateway } from './gateway.ts';

interface Where {
  readonly session: { readonly cluster: Pick<Session['cluster'], 'context' | 'namespace' | 'ownSecret'> };
  readonly config: Config;
  readonly stand: Stand;
  /** The folder that `up` takes blueprints from: there the file is what a raise edits. */
  readonly dir: string | undefined;
  readonly people: 'file' | 'secret' | undefined;
}

interface Parts {
  readonly observer: Observer;
  readonly journal: Journal;
  readonly trust?: Trust;
  readonly privatePem?: string;
}

/** The gateway among the roles of a process. */
export interface GatewayRole {
  /** The services were looked at. */
  looked(): void;
  /** Finishes raises, writes what is allowed once and takes it away, and keeps the notices of open requests as they should be. */
  look(): Promise<{ againAt?: number }>;
  /** How the queue of notices stands. */
  queue(): Promise<QueueState>;
  /** Calls `listener` when somebody answered a request, or nobody did in time: whoever acts on requests looks then. */
  onNudge(listener: () => void): void;
  close(): Promise<void>;
}

/** The gateway of a process on a real cluster, listening. */
export async function openGateway(
  io: Io,
  { session, config, stand, dir, people }: Where,
  wiring: Wiring,
  { observer, journal, trust, privatePem }: Parts,
): Promise<Result<GatewayRole, string>> {
  if (trust === undefined || privatePem === undefined) return err('the gateway has no key to sign with');
  const { cluster } = session;
  const files = dir === undefined ? undefined : folderFiles(dir, cluster.namespace);
  const journals = new FolderOfJournals(config.dataDir);
  const parts = { observer, journal, journals, privatePem, trust, ...(files && { files }) };
  const gateway = composeGateway(wiring, parts);
  const store =
    people === 'secret' ? secretStore(cluster.ownSecret(wiring.ownNamespace)) : fileStore(config.dataDir, systemClock);
  let served: Served | undefined;
  let nudged: () => void = () => undefined;
  const notices = await composeNotices(config, {
    ...gateway,
    url: () => served?.place.url,
    changed: () => served?.feed.tell({ kind: 'queue' }),
    nudge: () => nudged(),
  });
  const linkBy = linkCommand({ people, ownNamespace: wiring.ownNamespace, ...config });
  const opened = await serveGateway(io, {
    gateway,
    store,
    stand,
    clusterName: cluster.context,
    queue: notices,
    ...(linkBy && { linkBy }),
  });
  if (!opened.ok) {
    await notices.close();
    return opened;
  }
  served = opened.value;
  notices.start();
  return ok({
    looked: opened.value.looked,
    async look() {
      const looks = [await finishRaises(gateway), await keepAllowances(gateway), await notices.look()];
      const soonest = Math.min(...looks.map(({ againAt = Number.POSITIVE_INFINITY }) => againAt));
      return Number.isFinite(soonest) ? { againAt: soonest } : {};
    },
    queue: () => notices.state(),
    onNudge(listener) {
      nudged = listener;
    },
    async close() {
      await opened.value.close();
      await notices.close();
    },
  });
}
