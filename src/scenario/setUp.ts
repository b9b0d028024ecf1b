import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ManualClock } from '../testing/manualClock.ts';
import type { Load } from '../world/load.ts';
import { World } from '../world/world.ts';
import { type Autoscaler, autoscaler, budgetObject, deploymentObject, quotaObject } from './clusterObjects.ts';
import type { Scenario, ScenarioDeployment } from './format.ts';
import { isObject, Loose } from './loose.ts';
import { imageHealth, loadsOf, type ReadBeside } from './plant.ts';
import { OWN_NAMESPACE } from './product.ts';
import { TICK_MS } from './seen.ts';

export interface Stage {
  readonly clock: ManualClock;
  readonly world: World;
  readonly autoscalers: readonly Autoscaler[];
}

/** Pods have run for this long when the scenario begins, so that none is new. */
const BEFORE_MS = 600_000;

/** The cluster and plant of a scenario as they stand at tick 0, and a clock that shows it. */
export async function setUp(scenario: Scenario, seed: number, beside: ReadBeside): Promise<Stage> {
  const { cluster, plant, time } = scenario;
  const loads = loadsOf(plant, beside);
  const readyAfter = readyAfterMs(plant.ready_after_ticks);
  // A container that leaks has just started; the others have run for a while.
  const leaks = [...loads.values()].some(
    (load) => load.mem_leak_mi_per_s !== undefined || load.mem_mi_base !== undefined,
  );
  const before = leaks ? Math.ceil(readyAfter / TICK_MS) * TICK_MS : BEFORE_MS;
  const clock = new ManualClock(time.start === undefined ? undefined : Date.parse(time.start) - before);
  // A scenario has its own autoscaler, where it has one: plant.hpa_controller.
  const world = new World({ clock, seed, autoscalers: false, ...nodesOf(cluster.capacity) });
  // Ours is part of every installation.
  for (const name of [OWN_NAMESPACE, ...cluster.namespaces]) world.apply(namespace(name));
  for (const [image, value] of Object.entries(plant.images ?? {})) world.setImageHealth(image, imageHealth(value));
  for (const deployment of cluster.deployments) begin(world, deployment, readyAfter, loads);
  const autoscalers = (cluster.hpas ?? []).map(autoscaler);
  for (const { object } of autoscalers) world.apply(object);
  for (const value of cluster.pdbs ?? []) world.apply(budgetObject(value));
  // One millisecond before tick 0, so that its scrape sees the cluster as the scenario has it.
  await world.advance(before - 1);
  for (const value of cluster.quotas ?? []) world.apply(quotaObject(value));
  for (const deployment of cluster.deployments) spoil(world, deployment);
  for (const [index, value] of (cluster.events ?? []).entries()) world.apply(eventObject(value, index, clock.now()));
  world.startLoads();
  for (const [target, load] of loads) world.setLoad(target, load);
  await world.advance(1);
  return { clock, world, autoscalers };
}

/** Ready just before the tick at which the format has it ready, so that this tick sees it. */
function readyAfterMs(ticks: number | undefined): number {
  return Math.max(0, (ticks ?? 2) * TICK_MS - 1000);
}

function nodesOf(capacity: Scenario['cluster']['capacity']) {
  if (capacity === undefined) return {};
  const { nodes = 1, cpu_per_node, memory_per_node } = capacity;
  return {
    nodes: Array.from({ length: nodes }, (_, index) => ({
      name: `node-${index + 1}`,
      ...(cpu_per_node === undefined ? {} : { cpu: cpu_per_node }),
      ...(memory_per_node === undefined ? {} : { memory: memory_per_node }),
    })),
  };
}

const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
});

/** Applies it, its earlier revisions first, so that the rollout history is there. */
function begin(world: World, spec: ScenarioDeployment, readyAfter: number, loads: ReadonlyMap<string, Load>): void {
  const target = `${spec.namespace}/${spec.name}`;
  const load = loads.get(target);
  for (const revision of spec.revisions ?? []) {
    const before = { ...spec, replicas: 0, ...revisionOf(revision, spec) };
    world.apply(deploymentObject(before));
  }
  world.setReadyAfter(target, readyAfter);
  if (load !== undefined) world.setLoad(target, load);
  world.apply(deploymentObject(spec));
}

function revisionOf(value: unknown, spec: ScenarioDeployment): Partial<ScenarioDeployment> {
  if (!isObject(value)) return { image: String(value) };
  const said = new Loose(value, 'revisions');
  said.any('revision', 'number');
  const image = said.text('image') ?? spec.image;
  const resources = said.any('resources');
  const env = said.any('env');
  said.done();
  return { image, ...(isObject(resources) && { resources }), ...(isObject(env) && { env }) };
}

/** Pods that the scenario says are not ready, and that nothing in the plant keeps from it. */
function spoil(world: World, { namespace: home, name, replicas, ready, pod_state }: ScenarioDeployment): void {
  const pods = world.objects.list(KINDS.Pod, home).filter((pod) => pod.metadata.labels?.['app'] === name);
  const isReady = (pod: KubeObject): boolean =>
    ((pod.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []).some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    );
  const well = pods.filter(isReady);
  const annotation = stateOf(pod_state);
  for (const pod of well.slice(0, Math.max(0, well.length - Math.min(ready, replicas)))) {
    world.edit(KINDS.Pod, home, pod.metadata.name, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, ...annotation };
    });
  }
}

/** In the words the world's kubelet knows. */
function stateOf(said: Record<string, unknown> | undefined): Record<string, string> {
  const words = JSON.stringify(said ?? {});
  const known = /CrashLoopBackOff|OOMKilled|ErrImagePull|ImagePullBackOff|CreateContainerConfigError/.exec(words)?.[0];
  return known === undefined ? { 'fake/ready': 'never' } : { 'fake/state': known };
}

function eventObject(value: unknown, index: number, now: number): KubeObject {
  const said = new Loose(value, 'events');
  const home = said.must('namespace');
  const about =
    (said.text('object', 'regarding', 'involved_object', 'deployment', 'target') ?? '').split('/').at(-1) ?? '';
  const reason = said.text('reason') ?? 'Note';
  const type = said.text('type') ?? 'Normal';
  const note = said.text('message', 'note', 'text') ?? '';
  said.any('count', 'at_tick', 'kind');
  said.done();
  return {
    apiVersion: KINDS.Event.apiVersion,
    kind: 'Event',
    metadata: { name: `given-${index}`, namespace: home },
    eventTime: new Date(now).toISOString(),
    type,
    reason,
    note,
    regarding: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: home, name: about },
  };
}
