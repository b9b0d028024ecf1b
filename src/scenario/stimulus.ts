import type { ClusterErrorCode } from '../ports/cluster.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { WorldPort } from '../world/port.ts';
import type { CallFault, Verb } from '../world/portFaults.ts';
import type { World } from '../world/world.ts';
import type { Blueprints } from './blueprints.ts';
import { autoscaler, budgetObject, podResources, quotaObject, strings } from './clusterObjects.ts';
import { isObject, Loose, NotUnderstood } from './loose.ts';
import { sourceFault } from './sourceFault.ts';
import type { ApiFault, ExternalChange, StimulusEvent } from './stimulusFormat.ts';

export interface Surroundings {
  readonly world: World;
  readonly port: WorldPort;
  readonly blueprints: Blueprints;
  /** `<object> replicas <value>` of what other people set. */
  readonly external: Set<string>;
}

/** A fault that holds until a tick. */
interface Lasting {
  readonly untilTick: number;
  readonly hangs: boolean;
  readonly end: () => void;
}

/** Plays the events of a scenario on the cluster; a restart of the process is the caller's. */
export class Stimuli {
  readonly #around: Surroundings;
  #lasting: Lasting[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** A call may hang now. */
  get hanging(): boolean {
    return this.#lasting.some(({ hangs }) => hangs);
  }

  /** Ends what ends with this tick, before anything new begins. */
  endAt(tick: number): void {
    for (const fault of this.#lasting) if (fault.untilTick <= tick) fault.end();
    this.#lasting = this.#lasting.filter(({ untilTick }) => untilTick > tick);
  }

  play(event: StimulusEvent): void {
    if (event.external_change !== undefined) externalChange(this.#around, event.external_change);
    if (event.blueprint_change !== undefined) this.#around.blueprints.change(event.blueprint_change);
    if (event.api_fault !== undefined) this.#apiFault(event.api_fault);
    if (event.metrics_fault !== undefined) {
      this.#last(
        event.metrics_fault.until_tick,
        false,
        this.#around.world.metricsFault(sourceFault(event.metrics_fault)),
      );
    }
  }

  #apiFault(said: ApiFault): void {
    const faults = callFaults(said);
    const ends = faults.map((fault) => this.#around.port.failNext(fault));
    this.#last(
      said.until_tick,
      faults.some(({ hangMs }) => hangMs !== undefined),
      () => {
        for (const end of ends) end();
      },
    );
  }

  #last(until: number | undefined, hangs: boolean, end: () => void): void {
    this.#lasting.push({ untilTick: until ?? Number.POSITIVE_INFINITY, hangs, end });
  }
}

/** The adapter gives a call up after so long. */
const CLIENT_TIMEOUT_MS = 10_000;
const FOR_EVER = 1_000_000_000;

/** Faults of the API server, as the client sees them. Writes are hit when they would take effect, not in their dry run. */
function callFaults(said: ApiFault): CallFault[] {
  const match = new Loose(said.match, 'api_fault.match');
  const verbs = verbsOf(match.any('verb', 'verbs', 'method', 'methods', 'operation'));
  const object = match.text('object')?.split('/');
  const kind = kindOf(match.text('kind', 'resource') ?? object?.[0]);
  const path =
    match.text('path', 'url', 'path_contains') ??
    pathOf(match.text('namespace') ?? object?.[1], match.text('name') ?? object?.[2], kind);
  match.any('subresource');
  match.done();
  const response = new Loose(said.response, 'api_fault.response');
  const status = response.number('status', 'code');
  const hang = response.number('hang_seconds', 'hang');
  const applyThen = response.text('apply_then');
  const message = response.text('message', 'body', 'reason');
  const retryAfter = response.number('retry_after', 'retry_after_seconds');
  response.done();
  const isRead = verbs?.every((verb) => READS.has(verb)) ?? false;
  const common = {
    ...(kind === undefined ? {} : { kind }),
    ...(path === undefined ? {} : { path }),
    times: said.times ?? (said.until_tick === undefined ? 1 : FOR_EVER),
    sparesDryRuns: true,
    ...(message === undefined ? {} : { message }),
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter * 1000 }),
    ...(applyThen !== undefined
      ? { code: 'unavailable' as const, afterApply: true, uncertain: true, hangMs: CLIENT_TIMEOUT_MS }
      : hang !== undefined
        ? { code: 'unavailable' as const, uncertain: !isRead, hangMs: Math.min(hang * 1000, CLIENT_TIMEOUT_MS) }
        : { code: codeOf(status ?? 500), uncertain: !isRead && (status ?? 500) >= 500 }),
  };
  return (verbs ?? [undefined]).map((verb) => ({ ...common, ...(verb === undefined ? {} : { verb }) }));
}

const READS: ReadonlySet<Verb> = new Set<Verb>(['get', 'list', 'watch', 'metrics']);

/** The product changes workloads by patch, whatever verb a scenario thinks of. */
function verbsOf(said: unknown): readonly Verb[] | undefined {
  if (said === undefined) return undefined;
  const words = (Array.isArray(said) ? said : [said]).map((word) => String(word).toLowerCase());
  const verbs = words.flatMap((word): readonly Verb[] => {
    switch (word) {
      case '*':
      case 'any':
        return [];
      case 'get':
      case 'read':
        return ['get', 'list'];
      case 'list':
      case 'watch':
      case 'delete':
        return [word];
      case 'post':
      case 'create':
        return ['create'];
      case 'put':
      case 'patch':
      case 'update':
      case 'scale':
        return ['patch', 'update'];
      case 'write':
        return ['patch', 'update', 'create', 'delete'];
      default:
        throw new NotUnderstood(`api_fault.match: there is no verb ${word}`);
    }
  });
  return words.some((word) => word === '*' || word === 'any') ? undefined : [...new Set(verbs)];
}

function kindOf(said: string | undefined): string | undefined {
  if (said === undefined || said === '*') return undefined;
  const word = said.toLowerCase().split('.')[0] ?? '';
  const found = Object.values(KINDS).find(({ kind, plural }) => kind.toLowerCase() === word || plural === word);
  if (found === undefined) throw new NotUnderstood(`api_fault.match: there is no kind ${said}`);
  return found.kind;
}

function pathOf(namespace: string | undefined, name: string | undefined, kind: string | undefined): string | undefined {
  const plural = Object.values(KINDS).find((candidate) => candidate.kind === kind)?.plural ?? '';
  const inside = namespace === undefined || namespace === '*' ? '' : `/namespaces/${namespace}/${plural}`;
  const one = name === undefined || name === '*' ? '' : `/${name}`;
  return inside + one === '' ? undefined : inside === '' ? one : inside + one;
}

function codeOf(status: number): ClusterErrorCode {
  if (status === 404) return 'notFound';
  if (status === 409) return 'conflict';
  if (status === 410) return 'gone';
  if (status === 401 || status === 403) return 'denied';
  if (status === 400 || status === 422) return 'invalid';
  return 'unavailable';
}

/** Somebody else changes an object. `set` has the keys that its kind has under `cluster`; null removes the object. */
function externalChange(around: Surroundings, { object, set, actor }: ExternalChange): void {
  const [kind = '', namespace = '', name = ''] = object.split('/');
  const { world } = around;
  const whole = { namespace, name, ...set };
  switch (kind) {
    case 'deployment':
      deploymentChange(around, object, set, actor);
      return;
    case 'hpa':
    case 'horizontalpodautoscaler':
      if (set['deleted'] === true) world.remove(KINDS.HorizontalPodAutoscaler, namespace, name);
      else world.apply(autoscaler(whole).object, actor);
      return;
    case 'pdb':
    case 'poddisruptionbudget':
      world.apply(budgetObject(whole), actor);
      return;
    case 'quota':
    case 'resourcequota':
      world.apply(quotaObject(whole), actor);
      return;
    case 'circuitbreaker':
    case 'clusterblueprint':
      world.apply(record(kind, namespace, name, set), actor);
      if (kind === 'clusterblueprint') around.blueprints.globalChanged();
      return;
    default:
      throw new NotUnderstood(`external_change: the runner cannot change a ${kind}`);
  }
}

/** People's half of our own kinds: their spec as it is written. */
function record(word: string, namespace: string, name: string, spec: Record<string, unknown>): KubeObject {
  const kind = word === 'circuitbreaker' ? KINDS.CircuitBreaker : KINDS.ClusterBlueprint;
  const metadata = { name, ...(kind.namespaced && { namespace }) };
  return { apiVersion: kind.apiVersion, kind: kind.kind, metadata, spec };
}

function deploymentChange(
  { world, external }: Surroundings,
  object: string,
  set: Record<string, unknown>,
  actor: string,
): void {
  const [, namespace = '', name = ''] = object.split('/');
  if (set['deleted'] === true) {
    world.remove(KINDS.Deployment, namespace, name);
    return;
  }
  const said = new Loose(set, 'external_change.set');
  const replicas = said.number('replicas');
  const image = said.text('image');
  const resources = said.any('resources');
  const labels = said.any('labels');
  const annotations = said.any('annotations');
  const env = said.any('env');
  const paused = said.any('paused');
  said.done();
  if (replicas !== undefined) external.add(`${object} replicas ${replicas}`);
  world.edit(
    KINDS.Deployment,
    namespace,
    name,
    (draft) => {
      const spec = draft.spec as {
        replicas?: number;
        paused?: boolean;
        template: { spec: { containers: Record<string, unknown>[] } };
      };
      const [container] = spec.template.spec.containers;
      if (replicas !== undefined) spec.replicas = replicas;
      if (paused !== undefined) spec.paused = paused === true;
      if (container !== undefined) {
        if (image !== undefined) container['image'] = image;
        if (isObject(resources)) container['resources'] = podResources(resources);
        if (isObject(env))
          container['env'] = Object.entries(strings(env)).map(([key, value]) => ({ name: key, value }));
      }
      if (isObject(labels)) draft.metadata.labels = { ...draft.metadata.labels, ...strings(labels) };
      if (isObject(annotations))
        draft.metadata.annotations = { ...draft.metadata.annotations, ...strings(annotations) };
    },
    actor,
  );
}
