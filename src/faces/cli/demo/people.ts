import path from 'node:path';
import { FolderOfJournals } from '../../../adapters/journal/journalFiles.ts';
import { fileStore } from '../../../adapters/people/fileStore.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import type { GatewayDeps } from '../../../gateway/deps.ts';
import { type NewUser, putUser } from '../../../gateway/people/users.ts';
import { ok, type Result } from '../../../kernel/result.ts';
import { linkOf } from '../../http/links.ts';
import { readStand, type Served, serveGateway } from '../gateway.ts';

/** Who may come into the shop: one who is asked, and one who looks. */
const PEOPLE: readonly (NewUser & { readonly may: string })[] = [
  { name: 'ada', role: 'operator', groups: ['devops-team'], may: 'is asked for approvals' },
  { name: 'vera', role: 'viewer', groups: [], may: 'looks' },
];

/** The gateway of the shop, with people who last as long as it does; `tell` prints their one-time links. */
export async function openToPeople(
  gateway: GatewayDeps,
  dir: string,
  tell: (text: string) => void,
): Promise<Result<Served, string>> {
  const stand = await readStand({});
  if (!stand.ok) return stand;
  const store = fileStore(path.join(dir, 'people'), systemClock);
  const shop = { ...gateway, journals: new FolderOfJournals(dir) };
  const served = await serveGateway({ err: tell }, { gateway: shop, store, stand: stand.value, clusterName: 'demo' });
  if (!served.ok) return served;
  for (const { may, ...person } of PEOPLE) {
    const kept = await putUser(store, systemClock, person);
    const secret = kept.ok ? await served.value.keeper.invite(person.name) : kept;
    if (secret.ok) tell(`${person.name}, who ${may}: ${linkOf(served.value.place.url, secret.value)}\n`);
  }
  served.value.looked();
  return ok(served.value);
}
