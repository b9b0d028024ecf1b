import { isDeepStrictEqual } from 'node:util';
import type { ClusterResult } from '../ports/cluster.ts';
import { LastChange } from '../schema/change.ts';
import { KINDS, type Kind, type KubeObject, LAST_CHANGE_ANNOTATION } from '../schema/kube.ts';
import type { JsonPatchOperation } from '../schema/patch.ts';
import { checkAsCrd } from '../world/admission.ts';
import { Api, type WriteOptions } from '../world/api.ts';
import type { Part } from '../world/objects.ts';
import type { World } from '../world/world.ts';
import type { ChangeKind } from './expectation.ts';
import type { Effect } from './seen.ts';

/** What the product keeps for itself is no effect on the cluster. */
const RECORDS: ReadonlySet<string> = new Set([
  'Decision',
  'ApprovalRequest',
  'CircuitBreaker',
  'Event',
  'Lease',
  'ControllerRevision',
]);
const OWN_PREFIX = 'fairlead.dev/';

/** The world's API server as the product reaches it: every effect is kept, with the object before and after. */
class RecordingApi extends Api {
  readonly #world: World;
  readonly #effects: Effect[];

  constructor(world: World, effects: Effect[]) {
    super(world.objects, checkAsCrd);
    this.#world = world;
    this.#effects = effects;
  }

  override create(kind: Kind, draft: KubeObject, options: WriteOptions): ClusterResult<KubeObject> {
    const made = super.create(kind, draft, options);
    if (made.ok && !options.dryRun) this.#note(kind, undefined, made.value);
    return made;
  }

  override replace(kind: Kind, draft: KubeObject, part: Part, options: WriteOptions): ClusterResult<KubeObject> {
    const { namespace, name } = draft.metadata;
    const before = this.#world.objects.get(kind, namespace, name);
    const written = super.replace(kind, draft, part, options);
    if (written.ok && !options.dryRun && part === 'spec') this.#note(kind, before, written.value);
    return written;
  }

  override patch(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions,
  ): ClusterResult<KubeObject> {
    const before = this.#world.objects.get(kind, namespace, name);
    const written = super.patch(kind, namespace, name, operations, options);
    if (written.ok && !options.dryRun) this.#note(kind, before, written.value);
    return written;
  }

  override delete(kind: Kind, namespace: string | undefined, name: string): ClusterResult<void> {
    const before = this.#world.objects.get(kind, namespace, name);
    const gone = super.delete(kind, namespace, name);
    if (gone.ok) this.#note(kind, before, undefined);
    return gone;
  }

  #note(kind: Kind, before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (RECORDS.has(kind.kind)) return;
    const changes = changesBetween(kind, before, after);
    const object = after ?? before;
    if (object === undefined || changes.length === 0) return;
    const lastChange = lastChangeOf(after);
    this.#effects.push({
      at: this.#world.clock.now(),
      object: nameOf(kind, object),
      changes,
      before,
      after,
      lastChange,
    });
  }
}

/** The same world, with an API server in front that keeps what is done through it. Other people write to the world itself. */
export function recorded(world: World, effects: Effect[]): World {
  const api = new RecordingApi(world, effects);
  return new Proxy(world, {
    get(target, key) {
      if (key === 'api') return api;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

export const nameOf = (kind: Kind, { metadata }: KubeObject): string =>
  `${kind.kind.toLowerCase()}/${metadata.namespace ?? '*'}/${metadata.name}`;

/** What differs, in the format's words; empty when nothing of the user's does. */
export function changesBetween(
  kind: Kind,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
): readonly ChangeKind[] {
  if (before === undefined) return ['create'];
  if (after === undefined) return kind.kind === KINDS.Pod.kind ? ['delete', 'restart'] : ['delete'];
  const parts: readonly (readonly [ChangeKind, (object: KubeObject) => unknown])[] = [
    ['replicas', (object) => specOf(object).replicas],
    ['resources', (object) => containersOf(object).map(({ resources }) => resources ?? null)],
    ['image', (object) => containersOf(object).map(({ image }) => image ?? null)],
    ['restart', (object) => specOf(object).template?.metadata?.annotations ?? {}],
    ['labels', (object) => object.metadata.labels ?? {}],
    ['annotations', (object) => ours(object.metadata.annotations)],
  ];
  const named = parts.filter(([, part]) => !isDeepStrictEqual(part(before), part(after))).map(([change]) => change);
  if (named.length > 0) return named;
  return isDeepStrictEqual(before.spec, after.spec) ? [] : ['any'];
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly template?: {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec?: { readonly containers?: readonly { readonly image?: string; readonly resources?: unknown }[] };
  };
}
const specOf = (object: KubeObject): WorkloadSpec => (object.spec ?? {}) as WorkloadSpec;
const containersOf = (object: KubeObject) => specOf(object).template?.spec?.containers ?? [];

/** Without the product's own note on the object, which goes with each change. */
const ours = (annotations: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(annotations).filter(([key]) => !key.startsWith(OWN_PREFIX)));

function lastChangeOf(object: KubeObject | undefined): LastChange | undefined {
  const text = object?.metadata.annotations?.[LAST_CHANGE_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const parsed = LastChange.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
