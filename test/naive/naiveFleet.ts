import type { GlobalRules } from '../../src/schema/blueprint.ts';
import type { Amount, Claim, FleetOperation } from '../../src/schema/fleet.ts';
import { type Book, type Case, HOUR, MINUTE } from './book.ts';

/** G13, the fleet's part of G12, and who gets the room there is when services compete for it (spec 4). */
export function naiveFleet(book: Book, subject: Case): void {
  if (subject.disrupts) {
    halt(book, subject);
    fleetBudget(book, subject);
  }
  if (subject.up) room(book, subject);
}

const nameOf = ({ blueprint }: Case): string => `${blueprint.namespace}/${blueprint.name}`;

/** Correlated failure: many services, many nodes, or the API server. */
function halt(book: Book, { input: { fleet, now } }: Case): void {
  const health = fleet?.health;
  if (fleet === undefined || health === undefined) {
    book.wait('G13');
    return;
  }
  const { unhealthy, blind, nodes, api, illAt } = health;
  if (unhealthy + blind >= Math.max(5, 0.2 * fleet.services)) book.wait('G13');
  if (nodes === undefined) book.wait('G13');
  else if (nodes.notReady >= 3 && nodes.notReady >= 0.45 * nodes.total) book.wait('G13');
  if (api.calls >= 20 && api.failures >= 0.1 * api.calls) book.wait('G13');
  if (illAt !== undefined && now < illAt + 10 * MINUTE) book.wait('G13', illAt + 10 * MINUTE);
}

function fleetBudget(book: Book, subject: Case): void {
  const { fleet, now } = subject.input;
  if (fleet?.counters === undefined) {
    book.wait('G12');
    return;
  }
  const disruptive = fleet.counters.operations.filter((operation) => operation.disruptive);
  if (disruptive.filter((operation) => operation.inFlight).length >= 3) book.wait('G12');

  const hour = newestFirst(disruptive.filter((operation) => now - operation.at < HOUR));
  const twentieth = hour[19];
  if (twentieth !== undefined) book.wait('G12', twentieth + HOUR);

  const others = new Map<string, number>();
  for (const { service, at } of disruptive) {
    if (service === nameOf(subject) || now - at >= 10 * MINUTE) continue;
    others.set(service, Math.max(at, others.get(service) ?? at));
  }
  const atMost = Math.floor(Math.max(3, 0.1 * fleet.services));
  const last = [...others.values()].sort((left, right) => right - left)[atMost - 1];
  if (last !== undefined) book.wait('G12', last + 10 * MINUTE);
}

const newestFirst = (operations: readonly FleetOperation[]): number[] =>
  operations.map(({ at }) => at).sort((left, right) => right - left);

/**
 * The first takes the room there is, if need be in a smaller step; those after it are served whole or wait. Beside pods
 * that find no room on the nodes everybody waits but the first.
 */
function room(book: Book, subject: Case): void {
  const { fleet, global } = subject.input;
  if (fleet === undefined || global === undefined) {
    book.wait('G12');
    return;
  }
  const own = { service: nameOf(subject), ...subject.blueprint, missed: howBadly(subject) };
  const better = fleet.claims.filter((claim) => claim.service !== own.service && goesFirst(claim, own));
  better.sort((left, right) => (goesFirst(left, right) ? -1 : 1));
  const pending = fleet.claims.some((claim) => claim.pending);
  if (pending && better.length > 0) book.wait('G12');

  const left = freeOf(subject, global.capacity, fleet.used);
  if (left === undefined) book.wait('G12');
  else shares(book, subject, left, better);
}

type Left = Map<What, number>;

/** What is free of each shared amount; undefined where it cannot be told. */
function freeOf(subject: Case, capacity: GlobalRules['capacity'], used: Amount | undefined): Left | undefined {
  const left: Left = new Map();
  for (const what of WHAT) {
    const whole = capacity[what];
    if (whole === undefined) continue;
    if (used === undefined || needs(subject, what) === undefined) return undefined;
    left.set(what, whole - used[what]);
  }
  return left;
}

const needs = ({ workload: { requests } }: Case, what: What): number | undefined =>
  what === 'replicas' ? 1 : requests[what];

function shares(book: Book, subject: Case, left: Left, better: readonly Claim[]): void {
  const mayHave = (asks: number, each: (what: What) => number): number =>
    Math.max(0, Math.min(asks, ...[...left].map(([what, free]) => Math.floor(free / Math.max(1, each(what))))));

  let served = false;
  for (const claim of better) {
    const gets = mayHave(claim.asks, (what) => claim.each[what]);
    if (gets === 0 || (served && gets < claim.asks)) continue;
    served = true;
    for (const [what, free] of left) left.set(what, free - gets * claim.each[what]);
  }
  const asks = (subject.wanted ?? 0) - subject.workload.replicas;
  const gets = mayHave(asks, (what) => needs(subject, what) ?? 0);
  if (gets === asks) return;
  const stopsBelow = subject.workload.replicas + gets < subject.blueprint.scaling.minReplicas;
  if (served || gets === 0 || subject.approved || stopsBelow) book.wait('G12');
}

const WHAT = ['replicas', 'cpu', 'memory'] as const;
type What = (typeof WHAT)[number];

/** The worst missed objective as a multiple of its target. */
function howBadly({ input: { assessment }, blueprint, workload }: Case): number {
  let worst = 0;
  for (const name of assessment?.breach ?? []) {
    const signal = assessment?.signals.find((one) => one.name === name);
    const value = name === 'ready' ? blueprint.scaling.minReplicas : signal?.value;
    const target = name === 'ready' ? workload.ready : signal?.target;
    const times = value === undefined || target === undefined ? Infinity : value / target;
    // Without a measure it is missed entirely.
    worst = Math.max(worst, times >= 0 ? times : Infinity);
  }
  return worst;
}

type Rank = Pick<Claim, 'service' | 'priority' | 'criticality' | 'missed'>;

/** Priority, then criticality, then how badly the objective is missed, then the name. */
function goesFirst(one: Rank, other: Rank): boolean {
  const order = ['high', 'medium', 'low'];
  if (one.priority !== other.priority) return order.indexOf(one.priority) < order.indexOf(other.priority);
  if (one.criticality !== other.criticality) return one.criticality === 'critical';
  if (one.missed !== other.missed) return one.missed > other.missed;
  return one.service < other.service;
}
