import { systemClock } from '../../adapters/system/systemClock.ts';
import type { Controller } from '../../controller/controller.ts';
import type { Executor } from '../../executor/executor.ts';
import type { Observer } from '../../observe/observer.ts';
import type { Log } from '../../ports/log.ts';
import { type Look, Loop } from '../../roles/loop.ts';
import type { FolderOfBlueprints } from './folder.ts';
import { EXIT, type Io } from './io.ts';
import type { Leases } from './leases.ts';
import type { GatewayRole } from './openGateway.ts';

export type Role = 'controller' | 'executor' | 'gateway';

/** Well inside the 15 s that a lease lasts. */
const RENEW_MS = 5_000;

/** What one process works with, whichever roles it has. */
export interface Site {
  readonly intervalMs: number;
  readonly log: Log;
  readonly observer: Observer;
  readonly controller: Controller | undefined;
  readonly executor: Executor | undefined;
  readonly leases: Leases<Role>;
  readonly folder: FolderOfBlueprints | undefined;
  readonly gateway: GatewayRole | undefined;
}

/** Turns the loops of whatever roles there are until the signal. */
export async function runSite(io: Io, site: Site): Promise<number> {
  const { intervalMs, log, observer, controller, executor, leases, folder, gateway } = site;
  await leases.keep();
  await observer.start(io.signal);
  const loop = (look: Look, ms: number): Loop => new Loop({ clock: systemClock, log, look, intervalMs: ms });
  const renewing = loop(async () => {
    await leases.keep();
    return {};
  }, RENEW_MS);
  const acting = loop(
    async () => (executor && leases.held('executor') ? executor.pass() : {}),
    Math.min(intervalMs, RENEW_MS),
  );
  const serving = loop(async () => gateway?.look() ?? {}, RENEW_MS);
  const observing = loop(async () => {
    await folder?.applyAll();
    const views = await observer.pass();
    gateway?.looked();
    if (controller && leases.held('controller')) await controller.pass(views);
    acting.wake();
    return {};
  }, intervalMs);
  observer.onChange((kind) => {
    if (kind === 'Blueprint' || kind === 'ClusterBlueprint') observing.wake();
    if (kind === 'Decision' || kind === 'ApprovalRequest' || kind === 'CircuitBreaker') acting.wake();
    if (kind === 'ApprovalRequest') serving.wake();
  });
  // A watch says most of it sooner; that a time is over, nobody writes anywhere.
  gateway?.onNudge(() => {
    for (const one of [acting, serving]) one.wake();
  });
  await Promise.all([
    renewing.run(io.signal),
    observing.run(io.signal),
    executor && acting.run(io.signal),
    gateway && serving.run(io.signal),
    folder?.watch(io.signal),
  ]);
  io.err('fairlead: stopping; what is under way is finished from its records at the next start\n');
  await controller?.stop();
  await leases.release();
  return EXIT.ok;
}
