import { show } from '../../analysis/evidence.ts';
import { readable } from '../../calls/readable.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { breakerAt } from '../../policy/breaker.ts';
import { illness } from '../../policy/rules/fleetMustBeWell.ts';
import type { ClusterReader } from '../../ports/cluster.ts';
import { KINDS } from '../../schema/kube.ts';
import { doing } from './doing.ts';
import type { AskingFlags } from './flags.ts';
import { absentLines } from './heldLease.ts';
import { EXIT, type Io, print, table } from './io.ts';
import { modelLines, readModels } from './modelStates.ts';
import { parseScope } from './service.ts';
import { openGoverned } from './session.ts';
import { STATUS_COLUMNS } from './statusColumns.ts';
import { lookOnce } from './whatIf.ts';

export async function status(io: Io, service: string | undefined, flags: AskingFlags): Promise<number> {
  const scope = service === undefined ? undefined : parseScope(service);
  if (scope && !scope.ok) {
    io.err(`fairlead: ${scope.error}\n`);
    return EXIT.usage;
  }
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const looked = await lookOnce(session, flags.namespace, io.signal);
  if (!looked.ok) {
    io.err(`fairlead: ${looked.error}\n`);
    return EXIT.failed;
  }
  const views = looked.value.filter(
    (view) =>
      scope === undefined ||
      (view.namespace === scope.value.namespace &&
        (scope.value.name === undefined || [view.name, view.blueprint?.target.name].includes(scope.value.name))),
  );
  if (scope?.value.name !== undefined && views.length === 0) {
    io.err(`fairlead: no blueprint governs ${service}; fairlead status lists them\n`);
    return EXIT.failed;
  }
  const now = session.clock.now();
  const waiting = await readWaiting(session.cluster.reader);
  const models = await readModels(session.cluster.reader, flags.namespace, now);
  const absent = await absentLines(session.cluster.reader, flags.namespace, now);
  print(
    io,
    flags.output,
    views.map((view) => summary(view, now, waiting.get(keyOf(view)))),
    () =>
      views.length === 0
        ? service === undefined
          ? 'no blueprints; fairlead init drafts one from a running Deployment\n'
          : `no blueprint matches ${service}\n`
        : `${table(
            STATUS_COLUMNS.map(([name]) => name),
            views.map((view) => row(view, now, waiting.get(keyOf(view)))),
          )}${fleetLine(looked.value[0])}${absent}${modelLines(models, now)}`,
  );
  return EXIT.ok;
}

/** What a script reads: the numbers of the table, and why something is missing. */
export function summary(view: ServiceView, now: number, waiting?: string): object {
  const { blueprint, workload, assessment, counters, holds, faults, problems } = view;
  return {
    service: `${view.namespace}/${view.name}`,
    ...(blueprint
      ? {
          version: blueprint.version,
          autonomy: blueprint.autonomy,
          min: blueprint.scaling.minReplicas,
          max: blueprint.scaling.maxReplicas,
        }
      : {}),
    ...(workload ? { replicas: workload.replicas, ready: workload.ready, managed: workload.managed } : {}),
    ...(assessment
      ? { signals: assessment.signals, breach: assessment.breach, recommendation: assessment.recommendation }
      : {}),
    ...(counters
      ? {
          breaker: view.breakerObject === undefined ? null : breakerAt(counters.breaker, now),
          inFlight: counters.inFlight ?? null,
          frozen: counters.frozen ?? null,
        }
      : {}),
    holds: holds ?? 'unreadable',
    faults: faults ?? [],
    problems: problems ?? [],
    now: doing(view, waiting),
  };
}

function row(view: ServiceView, now: number, waiting: string | undefined): string[] {
  const { blueprint, workload, assessment } = view;
  const cell = (name: 'cpu' | 'latency_p95' | 'error_rate'): string => {
    const signal = assessment?.signals.find((s) => s.name === name);
    if (signal === undefined) return '-';
    return signal.value === undefined || signal.state !== 'fresh' ? signal.state : show(name, signal.value);
  };
  return [
    `${view.namespace}/${view.name}`,
    workload ? `${workload.ready}/${workload.replicas}` : '-',
    blueprint ? `${blueprint.scaling.minReplicas}..${blueprint.scaling.maxReplicas}` : '-',
    cell('cpu'),
    cell('latency_p95'),
    cell('error_rate'),
    blueprint?.autonomy ?? '-',
    breakerCell(view, now),
    doing(view, waiting),
  ];
}

/** A record is made with the first change or hold: of none nothing is said, whoever runs. */
function breakerCell({ counters, breakerObject }: ServiceView, now: number): string {
  if (counters === undefined) return 'unreadable';
  return breakerObject === undefined ? '-' : breakerAt(counters.breaker, now);
}

/** What stands in the way of every service, as seen in this one look; empty when nothing does. */
function fleetLine(view: ServiceView | undefined): string {
  const ill = view?.fleet && illness(view.fleet);
  return ill === undefined ? '' : `\nfleet halt: nothing disruptive while ${ill}\n`;
}

const keyOf = ({ namespace, name }: Pick<ServiceView, 'namespace' | 'name'>): string => `${namespace}/${name}`;

/** What the newest open Decision of each service waits for; of what may not be read nothing is said. */
async function readWaiting(reader: ClusterReader): Promise<ReadonlyMap<string, string>> {
  const listed = await reader.list(KINDS.Decision);
  const waiting = new Map<string, string>();
  for (const { metadata, spec, status } of listed.ok ? readable(listed.value.items) : []) {
    const key = `${metadata.namespace}/${spec.blueprint.name}`;
    if (status?.phase === 'AwaitingApproval') waiting.set(key, `waits for an approval: ${metadata.name}`);
    if (status?.phase === 'Deferred') waiting.set(key, `deferred, ${status.reason}: ${metadata.name}`);
  }
  return waiting;
}
