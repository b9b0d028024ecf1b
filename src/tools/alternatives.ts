import type { Request } from '../schema/request.ts';
import type { GateInput, Verdict } from '../schema/verdict.ts';

/**
 * What could be asked for instead of a request that is refused, or that people have to be asked about. The candidates are requests like any other: they are shown only
 * with the gate's own verdict. Advice is text: nothing here carries it out.
 */
export interface Alternatives {
  readonly candidates: readonly Request[];
  readonly advice: readonly string[];
}

export function alternativesTo(input: GateInput, verdict: Verdict): Alternatives {
  if (verdict.authority === 'allowed') return { candidates: [], advice: [] };
  const { request } = input;
  if (verdict.operation === 'delete_deployment') {
    return {
      candidates: [scaleInstead(request, 0, 1)],
      advice: ['disable_ingress: take the service out of its Ingress, which keeps what runs and is easily undone'],
    };
  }
  const owner = verdict.findings.find((finding) => finding.code === 'OwnedByOther')?.values['owner'];
  return {
    candidates: nearerNumbers(input).map((replicas, i) => scaleInstead(request, replicas, i + 1)),
    advice: owner === undefined ? [] : [`change the bounds of ${owner}, which steers this field`],
  };
}

/** Numbers nearest to the one refused that the ceilings, the range and the last minutes leave, nearest first. */
function nearerNumbers({ request, blueprint, global, workload, assessment }: GateInput): readonly number[] {
  if (request.wanted?.kind !== 'scale' || blueprint === undefined || workload === undefined) return [];
  const wanted = request.wanted.replicas;
  const current = workload.replicas;
  const { minReplicas, maxReplicas } = blueprint.scaling;
  const ceiling = global?.ceilings.maxReplicas ?? Number.POSITIVE_INFINITY;
  const numbers =
    wanted > current
      ? [ceiling, Math.min(maxReplicas, ceiling)]
      : [assessment?.history.highestDesired ?? current, current - 1, minReplicas];
  const isBetween = (n: number): boolean => (wanted > current ? n < wanted && n > current : n > wanted && n < current);
  return [...new Set(numbers)].filter(isBetween).sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
}

function scaleInstead(request: Request, replicas: number, n: number): Request {
  const { id, target, requester, seen } = request;
  return {
    id: `${id}.alternative-${n}`,
    tool: replicas === 0 ? 'scale_to_zero' : 'scale',
    effect: 'change',
    args: { replicas },
    wanted: { kind: 'scale', replicas },
    target,
    requester,
    ...(seen === undefined ? {} : { seen }),
  };
}
