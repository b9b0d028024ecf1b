import type { Blueprint } from '../../src/schema/blueprint.ts';
import { mainContainer } from '../../src/schema/changeText.ts';
import { podShortfalls, quotaShortfalls } from '../../src/schema/fit.ts';
import { parseCpu, parseMemory } from '../../src/schema/quantity.ts';
import { type Amounts, type ContainerResources, resourcesText, withAmounts } from '../../src/schema/resources.ts';
import type { Container, Revision } from '../../src/schema/workload.ts';
import { type Book, type Case, HOUR, MINUTE } from './book.ts';
import { mendsRollout } from './naiveMoves.ts';

const NAMES = ['cpu_request', 'cpu_limit', 'memory_request', 'memory_limit'] as const;
type Name = (typeof NAMES)[number];

const resourceOf = (name: Name): 'cpu' | 'memory' => (name.startsWith('cpu') ? 'cpu' : 'memory');
const parse = (name: Name, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  return resourceOf(name) === 'cpu' ? parseCpu(text) : parseMemory(text);
};

/** G15 and G16. */
export function naiveResources(book: Book, subject: Case): void {
  if (subject.kind === 'resources') {
    drivers(book, subject);
    infeasible(book, subject);
  }
  if (subject.kind === 'resources' || subject.kind === 'rollback') bounds(book, subject);
  mustFit(book, subject);
}

export function isInsideBounds(amounts: Amounts, { resources }: Blueprint): boolean {
  for (const name of NAMES) {
    if (amounts[name] === undefined) continue;
    const bound = resources[resourceOf(name)];
    const value = parse(name, amounts[name]);
    if (bound === undefined || value === undefined || value < bound.min || value > bound.max) return false;
  }
  return true;
}

const amountsOf = ({ input }: Case): Amounts =>
  input.request.wanted?.kind === 'resources' ? input.request.wanted.amounts : {};

function standingOf(resources: ContainerResources | null | undefined, name: Name): number | undefined {
  const side = name.endsWith('request') ? resources?.requests : resources?.limits;
  return parse(name, side?.[resourceOf(name)]);
}

export function changesNothing(subject: Case): boolean {
  const now = mainContainer(subject.workload)?.resources;
  const amounts = amountsOf(subject);
  return NAMES.every((name) => {
    const to = parse(name, amounts[name]);
    return amounts[name] === undefined || (to !== undefined && to === standingOf(now, name));
  });
}

/** What Kubernetes counts as the request: where there is none, the limit. */
function requestOf(resources: ContainerResources | null, resource: 'cpu' | 'memory'): number | undefined {
  return standingOf(resources, `${resource}_request`) ?? standingOf(resources, `${resource}_limit`);
}

/** From outside the blueprint's bounds, while no pod is ready: in one step. Whether it gets inside is judged by itself. */
function comesHome(subject: Case, resource: 'cpu' | 'memory', from: number | undefined): boolean {
  const bound = subject.blueprint.resources[resource];
  if (bound === undefined || from === undefined || subject.workload.ready > 0) return false;
  return from < bound.min || from > bound.max;
}

/** G15: our own sizing is driven by CPU, an autoscaler's by what it says. */
function drivers(book: Book, subject: Case): void {
  const driving = new Set<'cpu' | 'memory'>(['cpu']);
  for (const owner of subject.workload.owners) {
    for (const resource of owner.drives ?? []) driving.add(resource);
  }
  const main = mainContainer(subject.workload);
  if (main === undefined) return;
  const now = main.resources ?? null;
  const then = withAmounts(now, amountsOf(subject));
  for (const resource of driving) {
    const [from, to] = [requestOf(now, resource), requestOf(then, resource)];
    if (from !== to && !comesHome(subject, resource, from)) book.forbid('G15');
  }
}

/** An amount of some container that a change makes another one; `to` is NaN where it is no quantity. */
interface Moved {
  readonly name: Name;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export function movesOf(subject: Case): Moved[] {
  const moves: Moved[] = [];
  for (const container of containersAfter(subject) ?? []) {
    const before = (subject.workload.containers ?? []).find(({ name }) => name === container.name);
    for (const name of NAMES) {
      const [from, to] = [standingOf(before?.resources, name), standingOf(container.resources, name)];
      if (from !== to) moves.push({ name, from, to });
    }
  }
  return moves;
}

/** What a rollback's template leaves out, or the blueprint does not bound, is nobody's to judge. */
function bounds(book: Book, subject: Case): void {
  for (const { name, from, to } of movesOf(subject)) {
    const bound = subject.blueprint.resources[resourceOf(name)];
    if (subject.kind === 'rollback' && (to === undefined || bound === undefined)) continue;
    if (to === undefined || bound === undefined || to < bound.min || to > bound.max) book.forbid('G16');
    if (subject.kind === 'resources' && to !== undefined) oneAmount(book, subject, name, from, to);
  }
}

function oneAmount(book: Book, subject: Case, name: Name, from: number | undefined, to: number): void {
  const resource = resourceOf(name);
  if (comesHome(subject, resource, from)) return;
  // Where there was no limit any is lower; where there was no request any is more.
  const old = from ?? (name.endsWith('limit') ? Infinity : 0);
  if (to > old) {
    const target = subject.blueprint.resources[resource]?.target ?? 0;
    if (to > Math.max(2 * old, target)) book.forbid('G16');
    return;
  }
  if (from !== undefined && to < 0.8 * from) book.forbid('G16');
  const { memorySince: since, memoryPeak: peak } = subject.input.assessment?.history ?? {};
  // The newest of a day of passes is still to come.
  if (since === undefined || subject.input.now - since < 24 * HOUR - MINUTE) book.forbid('G16');
  if (resource === 'memory' && (peak === undefined || to < 1.2 * peak)) book.forbid('G16');
}

/** Not asked for again for a day. */
function infeasible(book: Book, subject: Case): void {
  const { counters, now } = subject.input;
  if (mainContainer(subject.workload) === undefined) return;
  if (counters === undefined) {
    book.forbid('G16');
    return;
  }
  const text = resourcesText(withAmounts(mainContainer(subject.workload)?.resources ?? null, amountsOf(subject)));
  for (const known of counters.infeasible ?? []) {
    if (known.what === text && now - known.at < 24 * HOUR) book.forbid('G16');
  }
}

/** The template to go back to: the one named, else the newest earlier one that was healthy. */
export function revisionAsked({ workload, input }: Case): Revision | undefined {
  const { current, revisions = [] } = workload;
  if (current === undefined || input.request.wanted?.kind !== 'rollback') return undefined;
  const named = input.request.wanted.revision;
  // Earlier than it ever was: going back from it again must not lead to what was gone back from.
  const age = revisions.find(({ hash }) => hash === current.hash)?.first ?? current.revision;
  if (named !== null) return revisions.find(({ revision }) => revision === named);
  return revisions
    .filter(({ revision, healthy }) => healthy && revision < age)
    .sort((left, right) => right.revision - left.revision)[0];
}

/** Pods of the new template must be let in by the quotas, LimitRanges and some node. */
function mustFit(book: Book, subject: Case): void {
  if (!subject.rolls) return;
  // The old pods still run: none is started.
  if (subject.kind === 'rollback' && mendsRollout(subject)) return;
  const { workload } = subject;
  const after = containersAfter(subject);
  if (after === undefined) return;
  if (quotaShortfalls(workload, after).length > 0) book.forbid('G16');
  if (subject.kind === 'restart') return;
  if (podShortfalls(workload, after).length > 0) book.forbid('G16');
  if (subject.kind === 'resources' && workload.nodes === undefined) book.forbid('G16');
}

function templateAfter(subject: Case): Revision | undefined {
  const { undo } = subject.input.request;
  if (undo === undefined) return revisionAsked(subject);
  const back = undo.change?.kind === 'rollback' ? undo.change.from.hash : undefined;
  return subject.workload.revisions?.find(({ hash }) => hash === back);
}

function containersAfter(subject: Case): readonly Container[] | undefined {
  const { containers = [] } = subject.workload;
  if (subject.kind === 'rollback') return templateAfter(subject)?.containers;
  if (subject.kind === 'restart') return containers;
  const main = mainContainer(subject.workload);
  if (main === undefined) return undefined;
  return containers.map((one) =>
    one === main ? { ...one, resources: withAmounts(one.resources ?? null, amountsOf(subject)) } : one,
  );
}
