import { hostname } from 'node:os';
import { createLog } from '../../../adapters/pino/log.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { systemIds } from '../../../adapters/system/systemIds.ts';
import {
  composeAgents,
  composeAlerts,
  composeController,
  composeExecutor,
  composeMetrics,
  composeModels,
  composeObserver,
  composeProposer,
  modelNotes,
  type Wiring,
} from '../../../compose.ts';
import { type Config, loadConfig } from '../../../config.ts';
import { ok } from '../../../kernel/result.ts';
import { onlyNamespace } from '../../../observe/onlyNamespace.ts';
import type { Journal } from '../../../ports/journal.ts';
import type { ModelTrace } from '../../../ports/modelTrace.ts';
import { Lease } from '../../../roles/lease.ts';
import { recordsWhileHeld, whileHeld } from '../../../roles/whileHeld.ts';
import { parseDuration } from '../../../schema/units.ts';
import type { ClusterFlags } from '../flags.ts';
import { promptsDir } from '../installation.ts';
import { EXIT, type Io } from '../io.ts';
import { openGoverned, type Session } from '../session.ts';
import { VERSION } from '../version.ts';
import { FolderOfBlueprints } from './folder.ts';
import { type GatewayFlags, readStand, type Stand } from './gateway.ts';
import { Leases } from './leases.ts';
import { openModelTrace } from './modelTrace.ts';
import { Narrator } from './narrate.ts';
import { openGateway } from './openGateway.ts';
import { type Ops, type OpsFlags, openOps } from './ops.ts';
import { openJournals, ownNamespace } from './readyToRun.ts';
import { type LeasedRole, type Role, runSite, type Site } from './site.ts';
import { NO_TRUST, trustOf } from './trust.ts';

interface RoleFlags extends ClusterFlags, GatewayFlags, OpsFlags {
  readonly data?: string;
  readonly interval: string;
  readonly modelUrl?: string;
  readonly model?: string;
  readonly traceModel?: string;
  /** Of `up`: false leaves the gateway out. */
  readonly serve?: boolean;
  /** Of `serve`: where users, sessions and tokens are kept. */
  readonly people?: 'file' | 'secret';
  /** Of `executor`: the public key of the gateway whose votes count. */
  readonly trust?: string;
  readonly onlyNamespace?: string;
}

/** All roles in one process, which gives up the isolation of rights between them. */
export function up(io: Io, dir: string | undefined, flags: RoleFlags): Promise<number> {
  const gateway: Role[] = flags.serve === false ? [] : ['gateway'];
  return operate(io, flags, ['controller', 'executor', ...gateway], dir);
}

export function runController(io: Io, flags: RoleFlags): Promise<number> {
  return operate(io, flags, ['controller']);
}

export function runExecutor(io: Io, flags: RoleFlags): Promise<number> {
  return operate(io, flags, ['executor']);
}

/** Approvals by people: the only role that holds the key which signs for them; it cannot change a workload. */
export function serve(io: Io, flags: RoleFlags): Promise<number> {
  return operate(io, flags, ['gateway']);
}

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
  const stand = await readStand(flags);
  if (!stand.ok) {
    io.err(`fairlead: ${stand.error}\n`);
    return EXIT.usage;
  }
  // First, so that who starts it can ask from the beginning why it is not there yet.
  const ops = await openOps(io, flags, { roles, dataDir: config.value.dataDir, unasked: roles.length === 1 });
  if (!ops.ok) {
    io.err(`fairlead: ${ops.error}\n`);
    return EXIT.usage;
  }
  try {
    return await openAndWork(io, {
      flags,
      roles,
      dir,
      intervalMs,
      config: config.value,
      stand: stand.value,
      ops: ops.value,
    });
  } finally {
    await ops.value.close();
  }
}

type Given = Pick<Work, 'flags' | 'roles' | 'dir' | 'intervalMs' | 'config' | 'stand' | 'ops'>;

async function openAndWork(io: Io, given: Given): Promise<number> {
  const { flags, roles, config, ops } = given;
  const session = await openGoverned(io, { ...flags, called: ops.called });
  if (session === undefined) return EXIT.failed;
  const homeless = await ownNamespace(session, flags.namespace, roles.length > 1);
  if (homeless !== undefined) {
    io.err(`fairlead: ${homeless}\n`);
    return EXIT.failed;
  }
  const journals = await openJournals(roles, config);
  if (typeof journals === 'string') {
    io.err(`fairlead: ${journals}\n`);
    return EXIT.failed;
  }
  const trace = await openModelTrace(io, flags.traceModel, config);
  if (!trace.ok) io.err(`fairlead: ${trace.error}\n`);
  try {
    if (!trace.ok) return EXIT.failed;
    return await work(io, { ...given, session, journals, trace: trace.value });
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
  readonly stand: Stand;
  readonly ops: Ops;
}

async function work(io: Io, given: Work): Promise<number> {
  const { flags, roles, dir, intervalMs, config, session, journals, trace, ops } = given;
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
    const opened = journals.get(role);
    if (opened === undefined) throw new Error(`no journal for ${role}`);
    const journal = ops.journal(opened, role);
    return roles.length > 1 ? narrator.over(journal, role) : journal;
  };
  const trusted = await trustOf(roles, flags, config.dataDir, cluster.reader);
  if (!trusted.ok) {
    io.err(`fairlead: ${trusted.error}\n`);
    return EXIT.failed;
  }
  const known = trusted.value;
  const { trust } = known;
  if (trust === undefined && roles.includes('executor')) io.err(`${NO_TRUST}\n`);
  const wiring: Wiring = {
    reader: onlyNamespace(cluster.reader, { only: flags.onlyNamespace, own: flags.namespace }),
    logs: cluster.logs,
    records: ops.records(cluster.records),
    metrics: ops.metrics(await composeMetrics(config, cluster.reader, systemClock, systemIds)),
    clock: systemClock,
    ids: systemIds,
    log,
    ownNamespace: flags.namespace,
    secrets: config.secrets,
    apiHealth: () => cluster.health(),
    ...(trust && { trust }),
    retention: config.decisions,
    ...(roles.includes('executor') && { alerts: await composeAlerts(config, { clock: systemClock, log }) }),
  };
  systemClock.onStep((byMs) => callForClock(byMs, wiring));
  const tracing = ops.trace(trace);
  const models = await composeModels(config, { clock: systemClock, log, ...(tracing && { trace: tracing }) });
  const parts = { clock: systemClock, log, promptsDir, passMs: intervalMs };
  const proposer = composeProposer(models('decision-engine'), parts);
  const observer = composeObserver(wiring);
  const leased = roles.filter((role) => role !== 'gateway');
  const leases = new Leases(new Map(leased.map((role) => [role, lease(role, wiring, () => modelNotes(models))])), io);
  const asHolder = (role: LeasedRole): Wiring => ({
    ...wiring,
    records: recordsWhileHeld(wiring.records, () => leases.held(role)),
  });
  const controller = roles.includes('controller')
    ? composeController(asHolder('controller'), observer, told('controller'), proposer, composeAgents(models, parts))
    : undefined;
  const apply = whileHeld(() => leases.held('executor'), cluster.workloads.apply.bind(cluster.workloads));
  const executor = roles.includes('executor')
    ? composeExecutor(asHolder('executor'), observer, told('executor'), { apply })
    : undefined;

  io.err(
    `fairlead ${VERSION}: ${roles.join(' and ')} on ${cluster.server}, journals in ${config.dataDir}\n${ops.words}`,
  );
  if (controller) io.err(`proposals by: ${proposer.label}\n`);
  if (roles.length > 1) io.err('all roles run in one process: the isolation of their rights is given up\n');

  const folder = dir === undefined ? undefined : new FolderOfBlueprints(dir, session, io);
  // Before the gateway: nobody gets a link to one that does not stay.
  if (folder && !(await folder.applyAll())) {
    io.err(
      'fairlead: not started; mend the above, or operate what the cluster already has: fairlead up, without a folder\n',
    );
    return EXIT.failed;
  }

  const opened = roles.includes('gateway')
    ? await openGateway(io, { ...given, people: flags.people }, wiring, {
        observer,
        journal: told('gateway'),
        ...known,
      })
    : ok(undefined);
  if (!opened.ok) {
    io.err(`fairlead: ${opened.error}\n`);
    return EXIT.failed;
  }
  const site: Site = {
    intervalMs,
    clock: systemClock,
    log,
    observer,
    controller,
    executor,
    leases,
    folder,
    gateway: opened.value,
    ops,
  };
  const { value: gateway } = opened;
  ops.watch({
    observer,
    leases: () => new Map(leased.map((role) => [leaseName(role), leases.held(role)])),
    ...(gateway && { queue: gateway.queue }),
  });
  try {
    return await runSite(io, site);
  } finally {
    await opened.value?.close();
  }
}

/** A running process is not harmed; whoever reads two machines' logs, or starts the next process, is. */
function callForClock(byMs: number, { alerts = [], clock, log, ownNamespace: namespace }: Wiring): void {
  const code = 'ClockSet';
  const message = `the clock of this machine was set ${Math.abs(Math.round(byMs / 1000))} s ${byMs > 0 ? 'forward' : 'back'}; this process goes on by the time that passes: set the clock right, or start the process again if it is right now`;
  const at = clock.now();
  for (const sink of alerts) {
    sink.raise({ key: `${namespace}/${code}.${at}`, code, message, at, namespace, service: 'fleet' });
  }
  log.error({ code, seconds: byMs / 1000, alert: message }, 'a person is called');
}

const leaseName = (role: Role): string => `fairlead-${role}`;

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
    name: leaseName(role),
    identity: `${hostname()}-${ids.fresh()}`,
  });
