import path from 'node:path';
import { privateRedis } from '../../../adapters/bullmq/privateRedis.ts';
import { FolderOfJournals } from '../../../adapters/journal/journalFiles.ts';
import { fileStore } from '../../../adapters/people/fileStore.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { composeNotices } from '../../../compose.ts';
import type { Config } from '../../../config.ts';
import type { GatewayDeps } from '../../../gateway/deps.ts';
import { type NewUser, putUser } from '../../../gateway/people/users.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { Loop } from '../../../roles/loop.ts';
import { linkOf } from '../../http/links.ts';
import { readStand, type Served, serveGateway } from '../roles/gateway.ts';

/** Who may come into the shop: one who is asked, and one who looks. */
const PEOPLE: readonly (NewUser & { readonly may: string })[] = [
  { name: 'ada', role: 'operator', groups: ['devops-team'], may: 'is asked for approvals' },
  { name: 'vera', role: 'viewer', groups: [], may: 'looks' },
];

/** Time runs faster in the shop: what is due there is looked for this often, in real time. */
const NOTICES_MS = 1_000;

export interface ShopGateway {
  /** The services were looked at. */
  looked(): void;
  close(): Promise<void>;
}

/** The gateway of the shop, with people who last as long as it does; `tell` prints their one-time links. */
export async function openToPeople(
  gateway: GatewayDeps,
  config: Config,
  dir: string,
  tell: (text: string) => void,
): Promise<Result<ShopGateway, string>> {
  const stand = await readStand({});
  if (!stand.ok) return stand;
  const store = fileStore(path.join(dir, 'people'), systemClock);
  const shop = { ...gateway, journals: new FolderOfJournals(dir) };
  const held: { served?: Served } = {};
  const notices = await openNotices(shop, config, held);
  const queue = notices.ok ? { queue: notices.value.queue } : {};
  const process = { gateway: shop, store, stand: stand.value, clusterName: 'demo', ...queue };
  const opened = await serveGateway({ err: tell }, process);
  if (!opened.ok) {
    if (notices.ok) await notices.value.close();
    return opened;
  }
  const served = opened.value;
  held.served = served;
  if (notices.ok) notices.value.start();
  tell(notices.ok ? 'notices and reminders are on\n' : `notices and reminders are off: ${notices.error}\n`);
  for (const { may, ...person } of PEOPLE) {
    const kept = await putUser(store, systemClock, person);
    const secret = kept.ok ? await served.keeper.invite(person.name) : kept;
    if (secret.ok) tell(`${person.name}, who ${may}: ${linkOf(served.place.url, secret.value)}\n`);
  }
  served.looked();
  return ok({
    looked: served.looked,
    async close() {
      await served.close();
      if (notices.ok) await notices.value.close();
    },
  });
}

/** Notices over the Redis that the settings name, or one of this process alone. The error says what to install. */
async function openNotices(gateway: GatewayDeps, config: Config, held: { readonly served?: Served }) {
  const redis = config.notices.redis === undefined ? await privateRedis() : ok(undefined);
  if (!redis.ok) return err(redis.error);
  const socket = redis.value?.socket;
  const queue = await composeNotices(config, {
    ...gateway,
    url: () => held.served?.place.url,
    changed: () => held.served?.feed.tell({ kind: 'queue' }),
    ...(socket !== undefined && { socket }),
  });
  const stop = new AbortController();
  // When to look again is said in the shop's time.
  const look = async (): Promise<object> => {
    await queue.look();
    return {};
  };
  const looking = new Loop({ clock: systemClock, log: gateway.log, look, intervalMs: NOTICES_MS });
  gateway.observer.onChange((kind) => {
    if (kind === 'ApprovalRequest') looking.wake();
  });
  let running: Promise<void> | undefined;
  return ok({
    queue,
    start(): void {
      queue.start();
      running = looking.run(stop.signal);
    },
    async close(): Promise<void> {
      stop.abort();
      await running;
      await queue.close();
      await redis.value?.close();
    },
  });
}
