import { NEW_COUNTERS } from '../../src/schema/counters.ts';
import { KINDS, type KubeObject, LAST_CHANGE_ANNOTATION, MANAGED_LABEL } from '../../src/schema/kube.ts';
import { RESTARTED_AT } from '../../src/schema/patch.ts';
import { deploymentObject } from '../../src/testing/contractObjects.ts';
import { type AttackStage, OWN } from './stage.ts';
import type { Step } from './steps.ts';

/** What people and other controllers do to the same objects meanwhile. */

export const isThere = ({ world }: AttackStage): boolean =>
  world.objects.get(KINDS.Deployment, 'shop', 'web') !== undefined;

/** Applied, or taken away again. */
export function toggle(
  { world }: AttackStage,
  kind: 'HorizontalPodAutoscaler' | 'PodDisruptionBudget',
  apiVersion: string,
  spec: object,
): void {
  if (world.objects.get(KINDS[kind], 'shop', 'web') !== undefined) world.remove(KINDS[kind], 'shop', 'web');
  else world.apply({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec });
}

/** A person's hold on this service, or on all of them. */
export function hold({ world }: AttackStage, { of, kind, what }: Extract<Step, { do: 'hold' }>): void {
  const holds = [{ kind, what, by: 'ann', reason: 'a bad feeling', at: '' }];
  const { apiVersion, kind: breaker } = KINDS.CircuitBreaker;
  world.apply({ apiVersion, kind: breaker, metadata: HOLDERS[of], spec: { holds } });
}

export function liftHolds({ world }: AttackStage): void {
  const { apiVersion, kind } = KINDS.CircuitBreaker;
  for (const metadata of Object.values(HOLDERS)) world.apply({ apiVersion, kind, metadata, spec: { holds: [] } });
}

const HOLDERS = { service: { name: 'web', namespace: 'shop' }, fleet: { name: 'fleet', namespace: OWN } } as const;

/** What somebody with rights on our records does to the counters. */
export function changeBreaker({ world }: AttackStage, how: Extract<Step, { do: 'breaker' }>['how']): void {
  if (world.objects.get(KINDS.CircuitBreaker, 'shop', 'web') === undefined) return;
  if (how === 'delete') {
    world.remove(KINDS.CircuitBreaker, 'shop', 'web');
    return;
  }
  const status = (draft: KubeObject): unknown => {
    if (how === 'blank') return {};
    if (how === 'fresh') return NEW_COUNTERS;
    return how === 'emptied'
      ? { ...(draft.status as object), operations: [], inFlight: undefined }
      : { operations: 'none' };
  };
  try {
    world.edit(KINDS.CircuitBreaker, 'shop', 'web', (draft) => {
      draft.status = status(draft);
    });
  } catch {
    // Refused by the API server.
  }
}

export function changeDeployment(stage: AttackStage, what: Extract<Step, { do: 'people' }>['what']): void {
  const { world } = stage;
  if (what === 'recreate') {
    if (isThere(stage)) world.remove(KINDS.Deployment, 'shop', 'web');
    world.apply(deploymentObject('shop', 'web', { replicas: 2 }));
    return;
  }
  if (!isThere(stage)) return;
  world.setImageHealth('registry.example/app:bad', { healthyFraction: 0, otherwise: 'crash' });
  world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
    const spec = draft.spec as {
      template: { metadata: { annotations?: Record<string, string> }; spec: { containers: { image: string }[] } };
    };
    const [container] = spec.template.spec.containers;
    if (what === 'image' && container) container.image = `registry.example/app:${world.objects.version}`;
    if (what === 'badImage' && container) container.image = 'registry.example/app:bad';
    if (what === 'restart') spec.template.metadata.annotations = { [RESTARTED_AT]: String(world.objects.version) };
    if (what === 'unlabel') draft.metadata.labels = { [MANAGED_LABEL]: 'false' };
    if (what === 'forgedAnnotation') {
      const decision = stage.objects('Decision').at(-1)?.metadata.name ?? 'web-forged';
      const note = {
        id: `${decision}.1`,
        decision,
        did: 'scale 1 to 2',
        before: '1',
        after: '2',
        at: '2020-01-01T00:00:00Z',
        log: '0'.repeat(64),
        undo: false,
      };
      draft.metadata.annotations = { ...draft.metadata.annotations, [LAST_CHANGE_ANNOTATION]: JSON.stringify(note) };
    }
  });
}

export function changeMetrics(stage: AttackStage, what: Extract<Step, { do: 'metrics' }>['what']): void {
  const { ledger, world, clock } = stage;
  stage.heal();
  ledger.metricsGoneSince = what === 'well' ? undefined : (ledger.metricsGoneSince ?? clock.age());
  const target = 'shop/web';
  if (what === 'missing') stage.heal = world.metricsFault({ target, missing: true });
  if (what === 'frozen') stage.heal = world.metricsFault({ target, frozen: true });
  if (what === 'failing') stage.heal = world.metricsFault({ target, failing: 'no such host' });
  if (what === 'absurd') {
    const values = { cpu_utilization_pct: [Number.NaN, -5, 1e12, null], latency_p95_ms: [-1, 1e12] };
    stage.heal = world.metricsFault({ target, values });
  }
}
