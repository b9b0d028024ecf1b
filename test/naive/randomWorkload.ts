import type { Blueprint } from '../../src/schema/blueprint.ts';
import type { DisruptionBudget, ForeignChange, Pod, Rollout, Workload } from '../../src/schema/workload.ts';
import type { Draw } from './draw.ts';

const MINUTE = 60_000;

export function randomWorkload(draw: Draw, blueprint: Blueprint, now: number): Workload {
  const { minReplicas: min, maxReplicas: max } = blueprint.scaling;
  const replicas = draw.odd(draw.int(Math.max(2, min), Math.min(8, max)), () =>
    draw.pick([0, 1, min, max, max + 3, 30]),
  );
  const ready = draw.odd(replicas, () => Math.max(0, Math.min(replicas, draw.pick([min - 1, min, replicas - 1, 0]))));
  const restartedAt = draw.pick([null, null, '2027-01-01T00:00:00.000Z', '2027-01-02T00:00:00.000Z']);
  const lastChange = draw.chance(0.6) ? randomLastChange(draw, replicas, restartedAt, now) : undefined;
  return {
    at: now,
    uid: 'uid-1',
    namespace: blueprint.target.namespace,
    name: 'web',
    resourceVersion: '1000',
    managed: draw.odd(true, () => false, 0.5),
    deleting: draw.odd(false, () => true, 0.3),
    createdAt: now - 24 * 60 * MINUTE,
    replicas,
    ready,
    updated: replicas,
    statusReplicas: replicas,
    generation: 7,
    observedGeneration: 7,
    restartedAt,
    ...(lastChange === undefined ? {} : { lastChangeText: JSON.stringify(lastChange), lastChange }),
    hasAnnotations: lastChange !== undefined,
    hasTemplateAnnotations: restartedAt !== null,
    image: 'web:1',
    rollout: draw.odd(CALM, () => randomRollout(draw, now)),
    owners: draw.odd([], () =>
      draw.list(0, 2, () => ({
        kind: draw.pick(['HorizontalPodAutoscaler', 'ScaledObject', 'VerticalPodAutoscaler', 'GitOps'] as const),
        name: 'other',
        field: draw.pick(['replicas', 'resources', 'template'] as const),
      })),
    ),
    foreignChanges: draw.odd([], () => draw.list(0, 2, () => randomForeign(draw, now))),
    disruptionBudgets: draw.odd([], () => draw.list(0, 2, () => randomBudget(draw, replicas))),
    pods: podsOf(replicas, ready),
    requests: { cpu: 500, missing: [] },
    limits: { cpu: 1000 },
  };
}

const CALM: Rollout = {
  underWay: false,
  paused: false,
  newPods: 0,
  newPodsReady: 0,
  newPodsFailing: 0,
  failingPasses: 0,
};

function randomRollout(draw: Draw, now: number): Rollout {
  const underWay = draw.chance(0.5);
  const failing = underWay && draw.chance(0.5) ? 1 : 0;
  return {
    underWay,
    paused: draw.chance(0.2),
    ...(draw.chance(0.6) ? { completedAt: now - draw.pick([1000, draw.around(120_000), 200_000]) } : {}),
    newPods: underWay ? 1 : 0,
    newPodsReady: 0,
    newPodsFailing: failing,
    failingPasses: failing * draw.int(0, 3),
  };
}

function randomForeign(draw: Draw, now: number): ForeignChange {
  return {
    field: draw.pick(['replicas', 'template'] as const),
    at: now - draw.pick([1000, draw.around(5 * MINUTE), draw.around(15 * MINUTE), 20 * MINUTE]),
    manager: 'kubectl',
    from: '3',
    to: '4',
  };
}

function randomBudget(draw: Draw, replicas: number): DisruptionBudget {
  const text = draw.pick([String(draw.int(0, replicas + 1)), '0', '1', '50%', '34%', '100%', '0%', 'some']);
  return draw.chance(0.5) ? { name: 'pdb', minAvailable: text } : { name: 'pdb', maxUnavailable: text };
}

/** What our annotation says: mostly the value that stands there, else the one before it, else neither. */
function randomLastChange(
  draw: Draw,
  replicas: number,
  restartedAt: string | null,
  now: number,
): Workload['lastChange'] {
  const restart = draw.chance(0.2);
  const stands = restart ? (restartedAt ?? '') : String(replicas);
  const other = restart ? '2027-01-03T00:00:00.000Z' : String(replicas + draw.pick([-1, 1, 2]));
  const [before, after] = draw.odd([other, stands], () =>
    draw.pick([
      [stands, other],
      [other, other],
    ]),
  );
  const decision = draw.odd('web-then', () => 'web-now', 0.7);
  return {
    id: `${decision}.1`,
    decision,
    did: restart ? 'restart' : `scale ${before} to ${after}`,
    before: before ?? '',
    after: after ?? '',
    at: new Date(now - draw.around(5 * MINUTE)).toISOString(),
    log: 'unlogged',
    undo: draw.odd(false, () => true, 0.3),
  };
}

const podsOf = (replicas: number, ready: number): Pod[] =>
  Array.from({ length: replicas }, (_, index) => ({
    name: `web-${index}`,
    ready: index < ready,
    current: true,
    restarts: 0,
    terminating: false,
  }));
