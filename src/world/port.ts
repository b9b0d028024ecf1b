import { err, ok } from '../kernel/result.ts';
import type { ApiHealth } from '../ports/apiHealth.ts';
import type { ClusterReader, ClusterResult, RecordWriter } from '../ports/cluster.ts';
import type { MetricsSource } from '../ports/metrics.ts';
import type { PodLogs } from '../ports/podLogs.ts';
import type { WorkloadWriter } from '../ports/workload.ts';
import { FIELD_MANAGER, KINDS, type Kind, type KubeObject } from '../schema/kube.ts';
import { patchFor } from '../schema/patch.ts';
import { Permit, type PermitTerms } from '../schema/permit.ts';
import { rollbackTemplate } from '../schema/rollbackTemplate.ts';
import { podLog } from './podLogs.ts';
import { type Call, type CallFault, CallFaults, type Verb } from './portFaults.ts';
import { Watches } from './watch.ts';
import type { World } from './world.ts';

export interface WorldPort {
  readonly reader: ClusterReader;
  readonly logs: PodLogs;
  readonly records: RecordWriter;
  readonly workloads: WorkloadWriter;
  readonly metrics: MetricsSource;
  /** Every call so far, oldest first. */
  readonly calls: Call[];
  /** Calls of the last five minutes, and how many of them the API server did not answer. */
  health(): ApiHealth;
  /** Returns the function that takes the fault back. */
  failNext(fault: CallFault): () => void;
  /** Takes back all faults that still wait. */
  heal(): void;
  /** Ends all open watches, as a restarted API server does. */
  cutWatches(): void;
}

const HEALTH_MS = 300_000;
const MOST_ANSWERED = 10_000;

/** The cluster ports over a world: no sockets, every call recorded, faults on demand. */
export function worldPort(world: World): WorldPort {
  const calls: Call[] = [];
  let answered: { readonly at: number; readonly failed: boolean }[] = [];
  const recent = (): typeof answered => answered.filter(({ at }) => at > world.clock.now() - HEALTH_MS);
  const faults = new CallFaults();
  const watches = new Watches(world.objects);

  /** Records the call, then lets a waiting fault or the world answer. */
  async function call<T>(
    kind: string,
    verb: Verb,
    path: string,
    answer: () => ClusterResult<T>,
  ): Promise<ClusterResult<T>> {
    calls.push({ verb, path });
    const fault = faults.take(kind, { verb, path });
    if (fault?.hangMs !== undefined) await world.clock.sleep(fault.hangMs);
    world.settle();
    if (answered.length > MOST_ANSWERED) answered = recent().slice(-MOST_ANSWERED / 2);
    answered.push({ at: world.clock.now(), failed: fault?.code === 'unavailable' });
    if (fault === undefined) return answer();
    if (fault.afterApply) answer();
    const { code, message = 'injected fault', uncertain = fault.afterApply ?? false, retryAfterMs } = fault;
    return err({ code, message, uncertain, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }

  function touched(answer: ClusterResult<KubeObject>, dryRun = false): ClusterResult<KubeObject> {
    if (!answer.ok || dryRun) return answer;
    world.touched(answer.value);
    return answer;
  }

  const reader: ClusterReader = {
    get: (kind, namespace, name) =>
      call(kind.kind, 'get', pathOf(kind, namespace, name), () => ok(world.objects.get(kind, namespace, name))),
    list: (kind, namespace, labelSelector) =>
      call(kind.kind, 'list', pathOf(kind, namespace) + query(labelSelector), () => {
        const items = world.objects.list(kind, namespace).filter((object) => selects(labelSelector, object));
        return ok({ items, resourceVersion: String(world.objects.version) });
      }),
    async *watch(kind, namespace, resourceVersion, signal) {
      const path = `${pathOf(kind, namespace)}?watch=true`;
      calls.push({ verb: 'watch', path });
      const fault = faults.take(kind.kind, { verb: 'watch', path });
      if (fault !== undefined) {
        yield { type: 'ended', gone: fault.code === 'gone', message: fault.message ?? 'injected fault' };
        return;
      }
      world.settle();
      yield* watches.watch(kind, namespace, resourceVersion, signal);
    },
    raw: (path) => call('', 'get', path, () => ok(undefined)),
    serverNow: () => world.clock.now(),
  };

  const logs: PodLogs = {
    read: (request) => {
      const { namespace, pod } = request;
      const path = `${pathOf(KINDS.Pod, namespace, pod)}/log`;
      return call(KINDS.Pod.kind, 'get', path, () => podLog(world.objects.get(KINDS.Pod, namespace, pod), request));
    },
  };

  const options = { manager: FIELD_MANAGER };
  const records: RecordWriter = {
    async create(kind, object) {
      mustBeWritable(kind);
      const path = pathOf(kind, object.metadata.namespace);
      return call(kind.kind, 'create', path, () => touched(world.api.create(kind, object, options)));
    },
    async replace(kind, object) {
      mustBeWritable(kind);
      const path = pathOf(kind, object.metadata.namespace, object.metadata.name);
      return call(kind.kind, 'update', path, () => touched(world.api.replace(kind, object, 'spec', options)));
    },
    async replaceStatus(kind, object) {
      mustBeWritable(kind);
      const path = `${pathOf(kind, object.metadata.namespace, object.metadata.name)}/status`;
      return call(kind.kind, 'update', path, () => touched(world.api.replace(kind, object, 'status', options)));
    },
    async delete(kind, namespace, name) {
      mustBeWritable(kind);
      const where = kind.namespaced ? namespace : undefined;
      return call(kind.kind, 'delete', pathOf(kind, where, name), () => world.api.delete(kind, where, name));
    },
  };

  /** What a rollback writes: read from the ReplicaSet that the permit names. */
  async function templateFor({ change, namespace, uid }: PermitTerms): Promise<ClusterResult<unknown>> {
    if (change.kind !== 'rollback') return ok(undefined);
    const read = await reader.get(KINDS.ReplicaSet, namespace, change.to.replicaSet);
    if (!read.ok) return read;
    const template = rollbackTemplate(read.value, change.to, uid);
    return template.ok ? template : err({ code: 'preconditionFailed', message: template.error, uncertain: false });
  }

  const workloads: WorkloadWriter = {
    async apply(permit, lastChange, { dryRun }) {
      if (!Permit.isGenuine(permit)) throw new TypeError('not a genuine permit: only the gate issues one');
      const { terms } = permit;
      if (world.clock.now() >= terms.expiresAt) throw new Error(`the permit of ${terms.requestId} has expired`);
      const { namespace, name } = terms;
      const path = `${pathOf(KINDS.Deployment, namespace, name)}${dryRun ? '?dryRun=All' : ''}`;
      const template = await templateFor(terms);
      if (!template.ok) return template;
      if (!dryRun && !permit.use()) throw new Error(`the permit of ${terms.requestId} was used before`);
      const operations = patchFor(terms, lastChange, template.value);
      return call('Deployment', 'patch', path, () =>
        touched(world.api.patch(KINDS.Deployment, namespace, name, operations, { ...options, dryRun }), dryRun),
      );
    },
  };

  const metrics: MetricsSource = {
    async read(targets) {
      for (const namespace of new Set(targets.map((target) => target.namespace))) {
        calls.push({ verb: 'metrics', path: `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods` });
      }
      for (const wanted of new Set(targets.flatMap((t) => t.metrics.map((metric) => `${t.namespace} ${metric}`)))) {
        const [namespace = '', metric = ''] = wanted.split(' ');
        const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${namespace}/deployments.apps/*/${metric}`;
        calls.push({ verb: 'metrics', path });
      }
      world.settle();
      return world.scrapes.read(targets);
    },
  };

  return {
    reader,
    logs,
    records,
    workloads,
    metrics,
    calls,
    health() {
      answered = recent();
      return { calls: answered.length, failures: answered.filter(({ failed }) => failed).length };
    },
    failNext: (fault) => faults.add(fault),
    heal: () => faults.clear(),
    cutWatches: () => watches.cut(),
  };
}

function mustBeWritable(kind: Kind): void {
  if (!kind.writable) throw new TypeError(`${kind.kind} is not a record of ours: it is never written this way`);
}

function pathOf(kind: Kind, namespace: string | undefined, name?: string): string {
  const group = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const inside = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${inside}/${kind.plural}${name === undefined ? '' : `/${name}`}`;
}

const query = (labelSelector: string | undefined): string =>
  labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`;

/** Equality only, as the product uses it: `a=b,c=d`, or `a` for presence. */
function selects(labelSelector: string | undefined, object: KubeObject): boolean {
  const labels = object.metadata.labels ?? {};
  return (labelSelector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [key = '', value] = term.split(/==?/);
      return value === undefined ? Object.hasOwn(labels, key) : labels[key] === value;
    });
}
