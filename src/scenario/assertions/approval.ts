import { isDeepStrictEqual } from 'node:util';
import { ApprovalRequestSpec } from '../../schema/records.ts';
import type { Params } from '../expectation.ts';
import { matchesTarget, shown, toolOf, within } from '../observed.ts';
import type { ApprovalSeen, Seen } from '../seen.ts';

const STATES: Readonly<Record<string, string>> = {
  Pending: 'pending',
  Approved: 'approved',
  Consumed: 'approved',
  Rejected: 'rejected',
  Expired: 'expired',
};

export function approval(params: Params<'approval'>, seen: Seen): string[] {
  const { status, count, at } = params;
  const requests = seen.approvals.filter((request) => concerns(request, params));
  const wanted = (phase: string | undefined): boolean => status.some((state) => state === STATES[phase ?? '']);
  const number = ((): number => {
    if (at === 'end') return requests.filter(({ phases }) => wanted(phases.at(-1)?.phase)).length;
    if (at === undefined) return requests.filter(({ phases }) => phases.some(({ phase }) => wanted(phase))).length;
    const open = seen.samples.map(
      (sample) => requests.filter(({ phases }) => wanted(phases.findLast((p) => p.at <= sample.at)?.phase)).length,
    );
    return Math.max(0, ...open);
  })();
  if (within(number, count)) return [];
  const found = seen.approvals.map(({ object, phases }) => {
    const { operation, arguments: args } = object.spec as { operation?: string; arguments?: unknown };
    return `${operation} ${JSON.stringify(args)} ${phases.map(({ phase }) => phase).join(' > ')}`;
  });
  return [
    `${number} requests ${status.join(' or ')}, wanted ${shown(count)}; there were: ${found.join('; ') || 'none'}`,
  ];
}

function concerns({ object }: ApprovalSeen, { operation, target, args }: Params<'approval'>): boolean {
  const spec = ApprovalRequestSpec.safeParse(object.spec);
  if (!spec.success) return false;
  const { operation: own, target: of, arguments: asked } = spec.data;
  const named = operation === '*' || operation === own || operation === toolOf(own);
  if (!named || !matchesTarget(target, `${of.namespace}/${of.name}`)) return false;
  const values: Readonly<Record<string, unknown>> = asked;
  return Object.entries(args ?? {}).every(([key, value]) => isDeepStrictEqual(values[key], value));
}
