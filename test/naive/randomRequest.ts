import type { Blueprint } from '../../src/schema/blueprint.ts';
import type { Request, UndoFacts } from '../../src/schema/request.ts';
import type { Workload } from '../../src/schema/workload.ts';
import type { Draw } from './draw.ts';
import { randomAmounts } from './randomTemplate.ts';
import { templateUndo } from './templateUndo.ts';

const READS = ['list_services', 'get_service', 'get_metrics', 'get_logs', 'what_if', 'validate_blueprint'];
const NAMELESS = ['make_coffee', 'sing', 'delete_deployment', 'change_rbac', 'get_secrets', 'exec', 'port_forward'];

const KINDS = [
  ...(['up', 'up', 'down', 'down', 'scale', 'scale', 'restart', 'restart'] as const),
  ...(['resources', 'resources', 'resources', 'rollback', 'rollback', 'undo', 'undo', 'undo', 'call'] as const),
];

/** Agents' and people's scales and restarts, undo, reads, and calls of tools that do not exist. */
export function randomRequest(draw: Draw, blueprint: Blueprint, workload: Workload, now: number): Request {
  const base = {
    id: 'web-now',
    target: {
      namespace: draw.odd(
        blueprint.target.namespace,
        () => draw.pick(['kube-system', 'kube-node', 'agent-system', '*', '']),
        0.2,
      ),
      name: draw.odd('web', () => draw.pick(['', '*', 'web-*']), 0.2),
    },
    requester: draw.pick([
      { kind: 'agent', name: 'decision-engine' },
      { kind: 'agent', name: 'rules' },
      { kind: 'person', name: 'ann' },
    ] as const),
  };
  const kind = draw.pick(KINDS);
  if (kind === 'call') {
    const effect = draw.pick(['read', 'unknown'] as const);
    return { ...base, effect, tool: draw.pick(effect === 'read' ? READS : NAMELESS), args: { service: 'shop/web' } };
  }
  const seen = draw.odd(
    { uid: workload.uid, replicas: workload.replicas, at: now - 1000 },
    () => ({ uid: draw.pick(['uid-1', 'uid-2']), replicas: draw.around(workload.replicas), at: now - 1000 }),
    0.5,
  );
  const pace = draw.odd<Request['pace']>(
    undefined,
    () => ({
      by: 'web-pace',
      replicas: draw.around(workload.replicas),
      notBefore: now + draw.pick([-1, 0, 1, 60_000]),
    }),
    0.5,
  );
  const request = {
    ...base,
    effect: 'change' as const,
    ...(draw.chance(0.8) ? { seen } : {}),
    ...(pace === undefined ? {} : { pace }),
  };
  if (kind === 'undo') {
    const wish = draw.chance(0.4) ? templateUndo(draw, workload) : undoOf(draw, blueprint, workload);
    const asked = { inconclusive: draw.odd(true, () => false, 0.5), approved: draw.odd(false, () => true, 0.5) };
    return wish.undo === undefined || draw.chance(0.6)
      ? { ...request, ...wish }
      : { ...request, ...wish, undo: { ...wish.undo, asked } };
  }
  if (kind === 'resources') {
    const amounts = randomAmounts(draw, blueprint, workload);
    const args = { service: 'shop/web', ...amounts, reason: 'memory' };
    return { ...request, tool: 'adjust_resources', args, wanted: { kind, amounts } };
  }
  if (kind === 'rollback') {
    const revision = draw.pick([null, null, draw.int(0, 4)]);
    const args = { service: 'shop/web', ...(revision === null ? {} : { revision }), reason: 'crashes' };
    return { ...request, tool: 'rollback', args, wanted: { kind, revision } };
  }
  if (kind === 'restart') {
    return {
      ...request,
      tool: 'restart_pods',
      args: { service: 'shop/web', reason: 'stuck' },
      wanted: { kind: 'restart' },
    };
  }
  const replicas = wantedReplicas(draw, blueprint, workload.replicas, kind);
  return {
    ...request,
    tool: replicas === 0 ? draw.pick(['scale', 'scale_to_zero']) : 'scale',
    args: { service: 'shop/web', replicas, reason: 'load' },
    wanted: { kind: 'scale', replicas },
  };
}

function wantedReplicas(draw: Draw, blueprint: Blueprint, from: number, kind: string): number {
  const { minReplicas: min, maxReplicas: max } = blueprint.scaling;
  if (draw.chance(draw.rate)) return draw.pick([0, -1, 2.5, 10_000, 10_001, 500, 40]);
  if (kind === 'up') return from + draw.pick([1, 1, 2, Math.ceil(from / 2), from, from + 1, 5]);
  if (kind === 'down') return Math.max(0, from - draw.pick([1, 1, 1, 2, Math.ceil(from / 4), Math.floor(from / 2)]));
  return Math.max(0, draw.pick([draw.around(min), draw.around(max), draw.around(from), draw.int(0, 20)]));
}

function undoOf(
  draw: Draw,
  blueprint: Blueprint,
  workload: Workload,
): Pick<Request, 'tool' | 'args' | 'wanted' | 'undo'> {
  const { minReplicas: min, maxReplicas: max } = blueprint.scaling;
  const restart = draw.chance(0.2);
  const stands = restart ? (workload.restartedAt ?? '') : String(workload.replicas);
  const earlier = draw.around(workload.replicas, draw.int(1, 3));
  const before = restart ? draw.pick(['', '2027-01-01T00:00:00.000Z']) : String(Math.max(0, earlier));
  const direction = restart ? 'none' : Number(before) > workload.replicas ? 'down' : 'up';
  const load = draw.odd<number | undefined>(2, () => draw.pick([undefined, 2.5]), 0.5);
  const loadNow = draw.odd<number | undefined>(1.5, () => draw.pick([undefined, 1.99, 2, 2.5]));
  const undo: UndoFacts = {
    changeId: draw.odd(workload.lastChange?.id ?? 'web-then.1', () => 'web-other.1', 0.5),
    wrote: draw.odd(stands, () => draw.pick(['9', '', '2027-01-02T00:00:00.000Z']), 0.5),
    before: draw.odd(before, () => draw.pick(['', '15', '0', '1']), 0.5),
    direction: draw.odd(direction, () => draw.pick(['up', 'down', 'none'] as const), 0.5),
    ...(load === undefined ? {} : { loadThen: load }),
    ...(loadNow === undefined ? {} : { loadNow }),
    beforeWasBreached: draw.odd(false, () => true, 0.5),
    alreadyUndone: draw.odd(false, () => true, 0.5),
  };
  if (restart) return { tool: 'restart_pods', args: { service: 'shop/web' }, wanted: { kind: 'restart' }, undo };
  const back = Number(undo.before);
  const inRange = Math.min(max, Math.max(min, back));
  const replicas = draw.odd(inRange, () => draw.pick([back, workload.replicas, inRange + 1]), 0.7);
  return { tool: 'scale', args: { service: 'shop/web', replicas }, wanted: { kind: 'scale', replicas }, undo };
}
