import { editHolds, frozenOf, without } from '../../gateway/holds.ts';
import { breakerAt } from '../../policy/breaker.ts';
import { Counters, type Frozen, type Hold } from '../../schema/counters.ts';
import { FleetCounters } from '../../schema/fleet.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { CircuitBreakerSpec, FLEET } from '../../schema/records.ts';
import { spoken } from '../../schema/spoken.ts';
import type { AskingFlags } from './flags.ts';
import { badReason, frozenWords, holdWords, place, whoHolds } from './hold.ts';
import { age, EXIT, type Io, print, table } from './io.ts';
import { modelLines, readModels } from './modelStates.ts';
import { parseService } from './service.ts';
import { openGoverned, trouble } from './session.ts';

const HOUR_MS = 3_600_000;

/** One line for each service, what all share, and the model endpoints that the controller leaves alone. */
export async function breakers(io: Io, flags: AskingFlags): Promise<number> {
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const { reader } = session.cluster;
  const [blueprints, records] = await Promise.all([reader.list(KINDS.Blueprint), reader.list(KINDS.CircuitBreaker)]);
  if (!blueprints.ok || !records.ok) {
    const failed = blueprints.ok ? records : blueprints;
    if (!failed.ok) io.err(`fairlead: ${trouble(session, 'circuit breakers cannot be read', failed.error)}\n`);
    return EXIT.failed;
  }
  const now = session.clock.now();
  const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
  const found = new Map(records.value.items.map((object) => [keyOf(object), object]));
  const services = blueprints.value.items
    .map((object) => lineOf(keyOf(object), found.get(keyOf(object)), now))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
  const fleet = fleetOf(found.get(`${flags.namespace}/${FLEET}`), now);
  const models = await readModels(reader, flags.namespace, now);
  print(io, flags.output, { services, fleet, models }, () =>
    services.length === 0
      ? 'no blueprints; fairlead init drafts one from a running Deployment\n'
      : `${table(
          ['SERVICE', 'STATE', 'FAILURES', 'UNTIL', 'OPTIONAL', 'IN FLIGHT', 'HELD'],
          services.map((one) => [
            one.service,
            one.state,
            String(one.failures),
            one.until === undefined || one.until <= now ? '-' : `in ${age(now, one.until)}`,
            one.optional,
            one.inFlight ?? '-',
            one.held ?? '-',
          ]),
        )}${services.map(frozenLine).join('')}\n${fleet.words}\n${modelLines(models, now)}`,
  );
  return EXIT.ok;
}

const frozenLine = ({ service, frozen }: Line): string =>
  frozen === undefined
    ? ''
    : `${service} is frozen: ${frozenWords(frozen)}; put the Deployment right, then fairlead resume ${service}\n`;

interface Line {
  readonly service: string;
  /** closed, open, halfOpen; `unreadable` counts as open; `-`: no record yet, which stops nothing. */
  readonly state: string;
  readonly failures: number;
  readonly until?: number;
  readonly optional: string;
  readonly inFlight?: string;
  /** Each hold of this service alone, who set it and why. */
  readonly held?: string;
  readonly frozen?: Frozen;
}

function lineOf(service: string, record: KubeObject | undefined, now: number): Line {
  const holds = CircuitBreakerSpec.safeParse(record?.spec ?? { holds: [] });
  const held = holds.success ? holds.data.holds.map(holdWords).join('; ') : 'holds cannot be read: counts as stopped';
  const isNew = record?.status === undefined || record.status === null || Object.keys(record.status).length === 0;
  const counters = Counters.safeParse(record?.status);
  const known = isNew
    ? { state: record === undefined ? '-' : 'closed', failures: 0, optional: record === undefined ? '-' : 'closed' }
    : counters.success
      ? {
          state: breakerAt(counters.data.breaker, now),
          failures: counters.data.breaker.failures,
          ...(counters.data.breaker.until !== undefined && { until: counters.data.breaker.until }),
          optional: breakerAt(counters.data.optionalBreaker, now),
          ...(counters.data.inFlight && { inFlight: counters.data.inFlight.decision }),
        }
      : { state: 'unreadable', failures: 0, optional: 'unreadable' };
  const frozen = frozenOf(record);
  return { service, ...known, ...(held !== '' && { held }), ...(frozen && { frozen }) };
}

/** What is taken of the fleet's budget. */
function fleetOf(
  record: KubeObject | undefined,
  now: number,
): { readonly inFlight?: number; readonly lastHour?: number; readonly words: string } {
  const status = (record?.status ?? {}) as { fleet?: unknown };
  const parsed = FleetCounters.safeParse(status.fleet ?? { operations: [] });
  if (!parsed.success) return { words: 'fleet: its record cannot be read, so nothing disruptive is done' };
  const disruptive = parsed.data.operations.filter((one) => one.disruptive);
  const inFlight = disruptive.filter((one) => one.inFlight).length;
  const lastHour = disruptive.filter(({ at }) => at > now - HOUR_MS).length;
  const holds = CircuitBreakerSpec.safeParse(record?.spec ?? { holds: [] });
  const held = holds.success ? holds.data.holds.map((hold) => `; ${fleetHold(hold)}`).join('') : '; holds unreadable';
  return {
    inFlight,
    lastHour,
    words: `fleet: ${inFlight} disruptive changes in flight, ${lastHour} in the last hour${held}`,
  };
}

const fleetHold = (hold: Hold): string =>
  `${hold.namespace === undefined ? 'the cluster' : `namespace ${hold.namespace}`} ${holdWords(hold)}`;

export function holdOpen(io: Io, service: string, flags: AskingFlags & { readonly reason: string }): Promise<number> {
  return change(io, service, flags, flags.reason.trim());
}

export function release(io: Io, service: string, flags: AskingFlags): Promise<number> {
  return change(io, service, flags, undefined);
}

/** Holds with a reason, releases without. */
async function change(io: Io, text: string, flags: AskingFlags, reason: string | undefined): Promise<number> {
  const service = parseService(text);
  const wrong = !service.ok ? service.error : reason === undefined ? undefined : badReason(reason);
  if (!service.ok || wrong !== undefined) {
    io.err(`fairlead: ${wrong}\n`);
    return EXIT.usage;
  }
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const where = await place(session, service.value, flags.namespace);
  if (!where.ok) {
    io.err(`fairlead: ${where.error}; nothing was changed\n`);
    return EXIT.failed;
  }
  const at = new Date(session.clock.now()).toISOString();
  const hold: Hold | undefined =
    reason === undefined
      ? undefined
      : { kind: 'breaker', what: 'all', by: whoHolds(session), reason: spoken(reason, 500), at };
  const done = await editHolds(session.cluster, where.value, (holds) => [
    ...without(holds, 'breaker', undefined),
    ...(hold === undefined ? [] : [hold]),
  ]);
  if (!done.ok) {
    io.err(`fairlead: ${trouble(session, `the breaker of ${text} was not changed`, done.error)}\n`);
    return EXIT.failed;
  }
  const { before, after } = done.value;
  const released = after.length < before.length ? 'released' : 'was held open by nobody';
  print(io, flags.output, { holds: after }, () => `${text}: ${hold === undefined ? released : holdWords(hold)}\n`);
  return EXIT.ok;
}
