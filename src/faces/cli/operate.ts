import { hostname } from 'node:os';
import { FileJournal } from '../../adapters/journal/fileJournal.ts';
import { KubernetesMetrics } from '../../adapters/metrics/kubernetesMetrics.ts';
import { createLog } from '../../adapters/pino/log.ts';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { systemIds } from '../../adapters/system/systemIds.ts';
import {
  composeAgents,
  composeAlerts,
  composeController,
  composeExecutor,
  composeModels,
  composeObserver,
  composeProposer,
  modelNotes,
  type Wiring,
} from '../../compose.ts';
import { type Config, loadConfig } from '../../config.ts';
import { redactDeep } from '../../kernel/redact.ts';
import type { Journal } from '../../ports/journal.ts';
import type { ModelTrace } from '../../ports/modelTrace.ts';
import { Lease } from '../../roles/lease.ts';
import { Loop } from '../../roles/loop.ts';
import { KINDS } from '../../schema/kube.ts';
import { parseDuration } from '../../schema/units.ts';
import type { ClusterFlags } from './flags.ts';
import { FolderOfBlueprints } from './folder.ts';
import { promptsDir } from './installation.ts';
import { EXIT, type Io } from './io.ts';
import { Leases } from './leases.ts';
import { openModelTrace } from './modelTrace.ts';
import { Narrator } from './narrate.ts';
import { openGoverned, type Session, trouble } from './session.ts';
import { VERSION } from './version.ts';

interface RoleFlags extends ClusterFlags {
  readonly data?: string;
  readonly interval: string;
  readonly modelUrl?: string;
  readonly model?: string;
  readonly traceModel?: string;
}

/** All roles in one process, which gives up the isolation of rights between them. */
export function up(io: Io, dir: string | undefined, flags: RoleFlags): Promise<number> {
  return operate(io, flags, ['controller', 'executor'], dir);
}

export function runController(io: Io, flags: RoleFlags): Promise<number> {
  return operate(io, flags, ['controller']);
}

export function runExecutor(io: Io, flags: RoleFlags): Promise<number> {
  return operate(io, flags, ['executor']);
}

type Role = 'controller' | 'executor';

async function operate(io: Io, flags: RoleFlags, roles: readonly Role[], dir?: string): Promise<number> {
  const intervalMs = parseDuration(flags.interval);
  if (intervalMs === undefined || intervalMs < 1000 || intervalMs > 300_000) {
    io.err(`fairlead: --interval ${flags.interval}: write a duration between 1s and 5m, such as 15s\n`);
    return EXIT.usage;
  }
  const config = loadConfig(flags);
  if (!config.ok) {
    io.err(`fairlead: ${config.error}\n`);
    return EXIT.usage;
  }
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const homeless = await ownNamespace(session, flags.namespace, roles.length > 1);
  if (homeless !== undefined) {
    io.err(`fairlead: ${homeless}\n`);
    return EXIT.failed;
  }
  const journals = await openJournals(roles, config.value);
  if (typeof journals === 'string') {
    io.err(`fairlead: ${journals}\n`);
    return EXIT.failed;
  }
  const trace = await openModelTrace(io, flags.traceModel, config.value);
  if (!trace.ok) io.err(`fairlead: ${trace.error}\n`);
  try {
    if (!trace.ok) return EXIT.failed;
    const given = { flags, roles, dir, intervalMs, config: config.value, session, journals };
    return await work(io, { ...given, trace: trace.value });
  } finally {
    if (trace.ok) await trace.value?.close();
    await Promise.all([...journals.values()].map((journal) => journal.close()));
    session.cluster.close();
  }
}

interface Work {
  readonly flags: RoleFlags;
  readonly roles: readonly Role[];
  readonly dir: string | undefined;
  readonly intervalMs: number;
  readonly config: Config;
  readonly session: Session;
  readonly journals: ReadonlyMap<Role, Journal>;
  readonly trace: ModelTrace | undefined;
}

async function work(io: Io, given: Work): Promise<number> {
  const { flags, roles, dir, intervalMs, config, session, journals, trace } = given;
  const { cluster } = session;
  const narrating = roles.length > 1 && io.interactive;
  const log = createLog({
    to: 'stderr',
    ...(narrating ? { level: 'error' as const } : {}),
    base: { role: roles.join('+') },
    secrets: config.secrets,
  });
  const narrator = new Narrator({ out: io.out, now: systemClock.now, color: config.color && io.interactive });
  const told = (role: Role): Journal => {
    const journal = journals.get(role);
    if (journal === undefined) throw new Error(`no journal for ${role}`);
    return roles.length > 1 ? narrator.over(journal, role) : journal;
  };
  const wiring: Wiring = {
    reader: cluster.reader,
    logs: cluster.logs,
    records: cluster.records,
    metrics: new KubernetesMetrics(cluster.reader),
    clock: systemClock,
    ids: systemIds,
    log,
    ownNamespace: flags.namespace,
    apiHealth: () => cluster.health(),
    ...(roles.includes('executor') && { alerts: await composeAlerts(config, { clock: systemClock, log }) }),
  };
  systemClock.onStep((byMs) => callForClock(byMs, wiring));
  const models = await composeModels(config, { clock: systemClock, log, ...(trace && { trace }) });
  const parts = { clock: systemClock, log, promptsDir, passMs: intervalMs };
  const proposer = composeProposer(models('decision-engine'), parts);
  const agents = composeAgents(models, parts);
  const observer = composeObserver(wiring);
  const controller = roles.includes('controller')
    ? composeController(wiring, observer, told('controller'), proposer, agents)
    : undefined;
  const executor = roles.includes('executor')
    ? composeExecutor(wiring, observer, told('executor'), cluster.workloads)
    : undefined;
  const leases = new Leases(new Map(roles.map((role) => [role, lease(role, wiring, () => modelNotes(models))])), io);

  io.err(`fairlead ${VERSION}: ${roles.join(' and ')} on ${cluster.server}, journals in ${config.dataDir}\n`);
  if (controller) io.err(`proposals by: ${proposer.label}\n`);
  if (roles.length > 1) io.err('all roles run in one process: the isolation of their rights is given up\n');

  const folder = dir === undefined ? undefined : new FolderOfBlueprints(dir, session, io);
  if (folder && !(await folder.applyAll())) {
    io.err(
      'fairlead: not started; mend the above, or operate what the cluster already has: fairlead up, without a folder\n',
    );
    return EXIT.failed;
  }
  await leases.keep();
  await observer.start(io.signal);
  const renew = async (): Promise<{ againAt?: number }> => {
    await leases.keep();
    return {};
  };
  const renewing = new Loop({ clock: systemClock, log, look: renew, intervalMs: RENEW_MS });
  const act = async (): Promise<{ againAt?: number }> => (executor && leases.held('executor') ? executor.pass() : {});
  const acting = new Loop({ clock: systemClock, log, look: act, intervalMs: Math.min(intervalMs, RENEW_MS) });
  const observe = async (): Promise<{ againAt?: number }> => {
    await folder?.applyAll();
    const views = await observer.pass();
    if (controller && leases.held('controller')) await controller.pass(views);
    acting.wake();
    return {};
  };
  const observing = new Loop({ clock: systemClock, log, look: observe, intervalMs });
  observer.onChange((kind) => {
    if (kind === 'Blueprint' || kind === 'ClusterBlueprint') observing.wake();
    if (kind === 'Decision' || kind === 'ApprovalRequest' || kind === 'CircuitBreaker') acting.wake();
  });
  await Promise.all([
    renewing.run(io.signal),
    observing.run(io.signal),
    executor && acting.run(io.signal),
    folder?.watch(io.signal),
  ]);
  io.err('fairlead: stopping; what is under way is finished from its records at the next start\n');
  await controller?.stop();
  await leases.release();
  return EXIT.ok;
}

/** A running process is not harmed; whoever reads two machines' logs, or starts the next process, is. */
function callForClock(byMs: number, { alerts = [], clock, log, ownNamespace: namespace }: Wiring): void {
  const code = 'ClockSet';
  const message = `the clock of this machine was set ${Math.abs(Math.round(byMs / 1000))} s ${byMs > 0 ? 'forward' : 'back'}; this process goes on by the time that passes: set the clock right, or start the process again if it is right now`;
  const at = clock.now();
  for (const sink of alerts) {
    sink.raise({ key: `${namespace}/${code}.${at}`, code, message, at, namespace, service: 'fleet' });
  }
  log.error({ code, byMs, alert: message }, 'a person is called');
}

/** Well inside the 15 s that a lease lasts. */
const RENEW_MS = 5_000;

/** The controller's says how its models stand: it may write that, and no other record. */
const lease = (
  role: Role,
  { reader, records, clock, ids, log, ownNamespace }: Wiring,
  notes: () => Record<string, string | undefined>,
): Lease =>
  new Lease({
    ...(role === 'controller' && { notes }),
    reader,
    records,
    clock,
    log,
    namespace: ownNamespace,
    name: `fairlead-${role}`,
    identity: `${hostname()}-${ids.fresh()}`,
  });

/** Made by \`up\`, which runs with a person's rights; a role by itself only looks, and goes on where it may not look. */
async function ownNamespace(session: Session, name: string, mayCreate: boolean): Promise<string | undefined> {
  if (mayCreate) {
    const made = await session.cluster.ensureNamespace(name);
    return made.ok ? undefined : trouble(session, `our namespace ${name} cannot be created`, made.error);
  }
  const found = await session.cluster.reader.get(KINDS.Namespace, undefined, name);
  return found.ok && found.value === undefined
    ? `${session.cluster.server} has no namespace ${name}, where leases stand\n  fix: kubectl create namespace ${name}, or --namespace names another`
    : undefined;
}

/** One journal a role; a sentence when one cannot be opened, closing those that were. */
async function openJournals(roles: readonly Role[], config: Config): Promise<Map<Role, Journal> | string> {
  const journals = new Map<Role, Journal>();
  for (const role of roles) {
    const writer = `${role}-${hostname()
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, '-')
      .slice(0, 60)}`;
    const opened = await FileJournal.open({
      dir: config.dataDir,
      writer,
      clock: systemClock,
      redact: (value) => redactDeep(value, config.secrets),
      version: VERSION,
    });
    if (!opened.ok) {
      await Promise.all([...journals.values()].map((journal) => journal.close()));
      return `the journal cannot be opened: ${opened.error.message}\n  fix: --data names another folder`;
    }
    journals.set(role, opened.value);
  }
  return journals;
}
