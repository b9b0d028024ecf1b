import type { Controller } from '../../../controller/controller.ts';
import type { Executor } from '../../../executor/executor.ts';
import type { Observer } from '../../../observe/observer.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import { type Look, Loop } from '../../../roles/loop.ts';
import { EXIT, type Io } from '../io.ts';
import type { FolderOfBlueprints } from './folder.ts';
import type { Leases } from './leases.ts';
import type { GatewayRole } from './openGateway.ts';
import type { LoopName, Ops } from './ops.ts';
import { lastStep, turnsEnded } from './shutdown.ts';

/** Of these one process at a time acts. */
export type LeasedRole = 'controller' | 'executor';
export type Role = LeasedRole | 'gateway';

/** Well inside the 15 s that a lease lasts. */
const RENEW_MS = 5_000;

/** What one process works with, whichever roles it has. */
export interface Site {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: Observer;
  readonly controller: Controller | undefined;
  readonly executor: Executor | undefined;
  readonly leases: Leases<LeasedRole>;
  readonly folder: FolderOfBlueprints | undefined;
  readonly gateway: GatewayRole | undefined;
  readonly ops: Pick<Ops, 'look'>;
}

/** Turns the loops of whatever roles there are until the signal, and hands over what is under way. */
export async function runSite(io: Io, site: Site): Promise<number> {
  const { clock, controller, leases } = site;
  // A model that thinks is cut off at once: what it would propose, whoever acts next asks for anew.
  const cut = new Promise<void>((resolve) => {
    io.signal.addEventListener('abort', () => resolve(controller?.stop()), { once: true });
    if (io.signal.aborted) resolve(controller?.stop());
  });
  const ended = await turnsEnded(turn(io, site), io.signal, clock);
  io.err('fairlead: stopping; what is under way is finished from its records at the next start\n');
  const runs = await lastStep('the runs of agents', cut, clock);
  if (runs !== undefined) io.err(`fairlead: ${runs}\n`);
  // What may still write keeps its lease: a standby waits until it has run out.
  const kept = ended
    ? await lastStep('giving the leases up', leases.release(), clock)
    : 'what was under way did not end (does the API server answer?)';
  if (kept !== undefined) io.err(`fairlead: ${kept}; the leases run out by themselves in 15 s\n`);
  return EXIT.ok;
}

async function turn(io: Io, site: Site): Promise<void> {
  const { intervalMs, clock, log, observer, controller, executor, leases, folder, gateway, ops } = site;
  await leases.keep();
  await observer.start(io.signal);
  const loop = (name: LoopName, look: Look, ms: number): Loop =>
    new Loop({ clock, log, look: ops.look(name, look), intervalMs: ms });
  // A standby keeps up by its watches alone. A gateway reads numbers at every pass: what people ask for is judged on them.
  const looks = (): boolean => gateway !== undefined || leases.heldAny();
  const renewing = loop(
    'lease',
    async () => {
      const did = looks();
      if (!did) observer.rest();
      await leases.keep();
      if (!did && looks()) observing.wake();
      return {};
    },
    RENEW_MS,
  );
  // Of a role that is not here there is no loop: one that never turns would count as one that stands still.
  const acting =
    executor &&
    loop(
      'executor',
      async () => (leases.held('executor') ? executor.pass(io.signal) : {}),
      Math.min(intervalMs, RENEW_MS),
    );
  const serving = gateway && loop('gateway', async () => gateway.look(), RENEW_MS);
  const observing = loop(
    'observe',
    async () => {
      await folder?.applyAll();
      if (!looks()) return {};
      const views = await observer.pass();
      gateway?.looked();
      if (controller && leases.held('controller')) await controller.pass(views);
      acting?.wake();
      return {};
    },
    intervalMs,
  );
  observer.onChange((kind) => {
    if (kind === 'Blueprint' || kind === 'ClusterBlueprint') observing.wake();
    if (kind === 'Decision' || kind === 'ApprovalRequest' || kind === 'CircuitBreaker') acting?.wake();
    if (kind === 'ApprovalRequest') serving?.wake();
  });
  // A watch says most of it sooner; that a time is over, nobody writes anywhere.
  gateway?.onNudge(() => {
    for (const one of [acting, serving]) one?.wake();
  });
  await Promise.all([
    renewing.run(io.signal),
    observing.run(io.signal),
    acting?.run(io.signal),
    serving?.run(io.signal),
    folder?.watch(io.signal),
  ]);
}
