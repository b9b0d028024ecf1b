import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LastChange } from '../schema/change.ts';
import { FIELD_MANAGER, type KubeObject } from '../schema/kube.ts';
import { RESTARTED_AT } from '../schema/patch.ts';
import type { ForeignChange, Rollout, Workload } from '../schema/workload.ts';
import { at, listAt, numberAt, textAt } from './narrow.ts';
import { lastChangeOf } from './workload/lastChange.ts';
import { type WatchedField, writersOf } from './workload/managedFields.ts';

/**
 * What only somebody who watched can know of a Deployment: who else changed the fields that we write, when a rollout was
 * seen to begin and to end, and for how many passes its new pods have failed. Lost at a restart, which the rules allow
 * for: they say "while we watched".
 */
export interface Tracked {
  readonly uid: string;
  readonly foreign: readonly ForeignChange[];
  readonly rolloutStartedAt?: number;
  readonly rolloutCompletedAt?: number;
  /** A rollout was under way at the pass before. */
  readonly rolling: boolean;
  readonly failingPasses: number;
  /** Hashes of the templates that were seen with all their pods ready, newest last. */
  readonly healthy: readonly string[];
}

/** Longer than any rule looks back (15 min), and more than a person does by hand in that time. */
const KEEP_MS = 3_600_000;
const KEEP = 20;

/**
 * Takes in one change of a Deployment that the watch delivered. What counts is the old and the new value of a field:
 * events of status or metadata change nothing here, nor does the first sight of an object, nor a value that our own
 * newest change wrote.
 */
export function track(
  state: Tracked | undefined,
  before: KubeObject | undefined,
  after: KubeObject,
  now: number,
): Tracked {
  const uid = after.metadata.uid ?? '';
  const known = state?.uid === uid ? state : { uid, foreign: [], rolling: false, failingPasses: 0, healthy: [] };
  if (before === undefined || before.metadata.uid !== uid) return known;
  const found = [foreignReplicas(before, after, now), foreignTemplate(before, after, now)].filter(
    (c) => c !== undefined,
  );
  const begun = !isDeepStrictEqual(templateOf(before), templateOf(after));
  const kept = known.foreign.filter((change) => now - change.at < KEEP_MS);
  const { rolloutCompletedAt: _, ...rest } = known;
  return {
    ...(begun ? { ...rest, rolloutStartedAt: now, rolling: true, failingPasses: 0 } : known),
    foreign:
      found.length === 0 && kept.length === known.foreign.length ? known.foreign : [...kept, ...found].slice(-KEEP),
  };
}

/** Takes in what one pass saw, with the times and counts that `rolloutOf` made of it. */
export function trackPass(
  state: Tracked,
  { underWay, completedAt, failingPasses }: Rollout,
  healthyHash?: string,
): Tracked {
  const { rolloutCompletedAt: _, ...rest } = state;
  const { healthy } = state;
  return {
    ...rest,
    rolling: underWay,
    failingPasses,
    ...(healthyHash !== undefined &&
      healthy.at(-1) !== healthyHash && {
        healthy: [...healthy.filter((hash) => hash !== healthyHash), healthyHash].slice(-KEEP),
      }),
    ...(completedAt !== undefined && { rolloutCompletedAt: completedAt }),
  };
}

/** The template whose pods are all there and ready, with no other beside them. */
export function healthyHashOf({ rollout, ready, replicas, updated, current }: Workload): string | undefined {
  const isWhole = !rollout.underWay && replicas > 0 && ready === replicas && updated === replicas;
  return isWhole ? current?.hash : undefined;
}

/** A Deployment as the watch has it. */
export interface Watched {
  readonly object: KubeObject;
  readonly state: Tracked | undefined;
}

/** What the watch knows, and what a read that is newer than the watch adds to it. */
export function trackedNow(watched: Watched | undefined, deployment: KubeObject, now: number): Tracked | undefined {
  return watched === undefined ? undefined : track(watched.state, watched.object, deployment, now);
}

function foreignReplicas(before: KubeObject, after: KubeObject, now: number): ForeignChange | undefined {
  const to = replicasText(after);
  if (to === replicasText(before)) return undefined;
  const ours = ourNewest(before, after);
  if (isOurs('replicas', before, after, to)) return undefined;
  // Two writes between two versions: ours first, theirs on top of it.
  const from = ours !== undefined && /^\d+$/.test(ours.after) ? ours.after : replicasText(before);
  return { field: 'replicas', at: now, manager: foreignWriter('replicas', before, after), from, to };
}

function foreignTemplate(before: KubeObject, after: KubeObject, now: number): ForeignChange | undefined {
  const [was, is] = [templateOf(before), templateOf(after)];
  if (isDeepStrictEqual(was, is)) return undefined;
  const onlyRestarted = isDeepStrictEqual(withoutRestart(was), withoutRestart(is));
  if (onlyRestarted && isOurs('template', before, after, restartedAt(is))) return undefined;
  const kind = ourNewest(before, after)?.kind;
  const oursAlone = writersOf(before, after, 'template').every((writer) => writer === FIELD_MANAGER);
  if ((kind === 'resources' || kind === 'rollback') && oursAlone) return undefined;
  const manager = foreignWriter('template', before, after);
  return { field: 'template', at: now, manager, ...wordsOf(was, is, onlyRestarted) };
}

/** Ours: every writer of it was us, or its value is what our newest change says it wrote. */
function isOurs(field: WatchedField, before: KubeObject, after: KubeObject, value: string): boolean {
  if (lastChangeOf(after).parsed?.after === value) return true;
  const writers = writersOf(before, after, field);
  return writers.length > 0 && writers.every((writer) => writer === FIELD_MANAGER);
}

function foreignWriter(field: WatchedField, before: KubeObject, after: KubeObject): string {
  return writersOf(before, after, field).find((writer) => writer !== FIELD_MANAGER) ?? 'unknown';
}

/** Our newest change, when it was made between these two versions. */
function ourNewest(before: KubeObject, after: KubeObject): LastChange | undefined {
  const newest = lastChangeOf(after);
  return newest.text === lastChangeOf(before).text ? undefined : newest.parsed;
}

const replicasText = (deployment: KubeObject): string => String(numberAt(deployment, 'spec', 'replicas') ?? 1);
const templateOf = (deployment: KubeObject): unknown => at(deployment, 'spec', 'template');
const restartedAt = (template: unknown): string => textAt(template, 'metadata', 'annotations', RESTARTED_AT) ?? '';

/** The template without the one annotation that a restart sets, and without the difference between no map and an empty one. */
function withoutRestart(template: unknown): unknown {
  const annotations = Object.entries(Object(at(template, 'metadata', 'annotations'))).filter(
    ([key]) => key !== RESTARTED_AT,
  );
  return {
    spec: at(template, 'spec'),
    labels: at(template, 'metadata', 'labels'),
    annotations: Object.fromEntries(annotations),
  };
}

/** What changed in a template, for people: images, the restart annotation, or at least that it is another one. */
function wordsOf(was: unknown, is: unknown, onlyRestarted: boolean): { from: string; to: string } {
  if (onlyRestarted)
    return { from: `restarted at ${restartedAt(was) || 'never'}`, to: `restarted at ${restartedAt(is) || 'never'}` };
  const [from, to] = [imagesOf(was), imagesOf(is)];
  return from === to ? { from: `${from} (${digest(was)})`, to: `${to} (${digest(is)})` } : { from, to };
}

/** Images of a pod template, comma-separated. */
export function imagesOf(template: unknown): string {
  return listAt(template, 'spec', 'containers')
    .map((container) => textAt(container, 'image') ?? '')
    .join(', ');
}

const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
    .slice(0, 8);
