import type { Blueprint } from '../../src/schema/blueprint.ts';
import { standing } from '../../src/schema/changeText.ts';
import type { DisruptionBudget, ForeignChange, Owner, Pod, Rollout, Workload } from '../../src/schema/workload.ts';
import type { Draw } from './draw.ts';
import { randomTemplate } from './randomTemplate.ts';

const MINUTE = 60_000;

export function randomWorkload(draw: Draw, blueprint: Blueprint, now: number): Workload {
  const { minReplicas: min, maxReplicas: max } = blueprint.scaling;
  const replicas = draw.odd(draw.int(Math.max(2, min), Math.min(8, max)), () =>
    draw.pick([0, 1, min, max, max + 3, 30]),
  );
  const ready = draw.odd(replicas, () =>
    Math.max(0, Math.min(replicas, draw.pick([min - 1, min, replicas - 1, 0, 0]))),
  );
  const restartedAt = draw.pick([null, null, '2027-01-01T00:00:00.000Z', '2027-01-02T00:00:00.000Z']);
  const template = randomTemplate(draw);
  const lastChange = draw.chance(0.6) ? randomLastChange(draw, { replicas, restartedAt, ...template }, now) : undefined;
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
    ...template,
    surge: draw.odd(1, () => 0),
    maxUnavailable: draw.odd(0, () => 1),
    rollout: draw.odd(CALM, () => randomRollout(draw, now)),
    owners: draw.odd([], () => draw.list(0, 2, () => randomOwner(draw))),
    foreignChanges: draw.odd([], () => draw.list(0, 2, () => randomForeign(draw, now))),
    disruptionBudgets: draw.odd([], () => draw.list(0, 2, () => randomBudget(draw, replicas))),
    pods: podsOf(draw, replicas, ready),
    requests: { cpu: 500, missing: [] },
    limits: { cpu: 1000 },
  };
}

function randomOwner(draw: Draw): Owner {
  const field = draw.pick(['replicas', 'resources', 'template', 'image'] as const);
  const kind = draw.pick(['HorizontalPodAutoscaler', 'ScaledObject', 'VerticalPodAutoscaler', 'GitOps'] as const);
  const drives = draw.pick([['cpu'], ['memory'], ['cpu', 'memory']] as const);
  return { kind, name: 'other', field, ...(field === 'replicas' && draw.chance(0.7) ? { drives } : {}) };
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
function randomLastChange(draw: Draw, target: Parameters<typeof standing>[0], now: number): Workload['lastChange'] {
  const kind = draw.pick(['scale', 'scale', 'scale', 'restart', 'resources', 'rollback'] as const);
  const stands = standing(target, kind);
  const other = {
    scale: String(target.replicas + draw.pick([-1, 1, 2])),
    restart: '2027-01-03T00:00:00.000Z',
    resources: 'cpu 500m/2, memory 256Mi/512Mi',
    rollback: draw.pick(['revision 2 (b)', 'revision 1 (c)']),
  }[kind];
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
    did: `${kind} ${before} to ${after}`,
    ...(kind === 'resources' || kind === 'rollback' || draw.chance(0.5) ? { kind } : {}),
    before: before ?? '',
    after: after ?? '',
    at: new Date(now - draw.around(5 * MINUTE)).toISOString(),
    log: 'unlogged',
    undo: draw.odd(false, () => true, 0.3),
  };
}

const podsOf = (draw: Draw, replicas: number, ready: number): Pod[] =>
  Array.from({ length: replicas }, (_, index) => ({
    name: `web-${index}`,
    ready: index < ready,
    current: true,
    restarts: 0,
    terminating: false,
    ...(index < ready ? {} : draw.pick([{}, { trouble: 'CrashLoopBackOff' }, { trouble: 'Unschedulable' }])),
    ...(index < ready || draw.chance(0.7) ? {} : { lastRestart: { at: 0, reason: draw.pick(['OOMKilled', 'Error']) } }),
  }));
