import type { ExecutionPlan } from '../agents/roles/executionEngine.ts';
import type { Judgement } from '../agents/roles/verificationEngine.ts';
import type { JudgeDeps } from '../calls/judge.ts';
import { isoInstant } from '../kernel/instant.ts';
import { gateInput } from '../observe/gateInput.ts';
import { decide } from '../policy/decide.ts';
import type { RecordWriter } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import { headline } from '../schema/headline.ts';
import { KINDS } from '../schema/kube.ts';
import { newDecision } from '../schema/newDecision.ts';
import type { Origin } from '../schema/records.ts';
import type { Request } from '../schema/request.ts';
import { undoWish } from '../schema/undoWish.ts';
import { argumentsOf, wantedOf } from '../schema/wish.ts';
import { type Question, rootOf } from './questions.ts';

export interface ChildDeps extends JudgeDeps {
  readonly records: RecordWriter;
  readonly log: Log;
}

type Order = Extract<ExecutionPlan | Judgement, { readonly kind: 'pace' | 'retry' | 'undo' }>;

/**
 * Asks for a pace, a retry or an undo as a Decision of its own, judged and recorded first. What the gate forbids is not asked
 * for: then why, in words.
 */
export async function createChild(
  deps: ChildDeps,
  { decision, change, view, facts }: Question,
  order: Order,
  origin: Origin,
  run: string,
): Promise<string | undefined> {
  const { blueprint, workload } = view;
  if (blueprint === undefined || workload === undefined) return 'its service cannot be seen any more';
  const now = deps.clock.now();
  const seen = { uid: workload.uid, replicas: workload.replicas, at: workload.at };
  const id = `${view.name}-${deps.ids.fresh()}`;
  const request = requestFor(id, { decision, change, view }, order, { now, seen, by: origin.role });
  const input = gateInput(view, request, { now, ownNamespace: deps.ownNamespace });
  const { verdict } = decide(input);
  const recorded = await deps.journal.append({ kind: 'call', subject: run, data: { input, verdict } });
  if (!recorded.ok) return recorded.error.message;
  // Of a pace it says what the gate thinks of its parent's request now, which the change in flight holds back anyway.
  if (verdict.authority === 'forbidden' && order.kind !== 'pace') return headline(verdict);
  const object = newDecision(
    {
      blueprint,
      uid: workload.uid,
      request,
      verdict,
      rationale: order.reason,
      evidence: order.kind === 'undo' ? order.evidence : facts.evidence,
      origin,
      parent: order.kind === 'retry' ? rootOf(decision) : decision.metadata.name,
      ...(order.kind === 'pace' && { pace: paceArguments(order) }),
      journal: recorded.value,
    },
    isoInstant(workload.at),
  );
  const created = await deps.records.create(KINDS.Decision, object);
  if (!created.ok && created.error.code !== 'conflict') {
    deps.log.error(
      { decision: `${object.metadata.namespace}/${id}`, error: created.error.message },
      'a decision could not be created',
    );
  }
  return undefined;
}

const paceArguments = ({ replicas, waitSeconds }: Extract<Order, { kind: 'pace' }>) => ({
  ...(replicas !== undefined && { replicas }),
  wait_seconds: waitSeconds,
});

function requestFor(
  id: string,
  { decision, change, view }: Pick<Question, 'decision' | 'change' | 'view'>,
  order: Order,
  { now, seen, by }: { now: number; seen: NonNullable<Request['seen']>; by: string },
): Request {
  const { spec, status } = decision;
  const { namespace, name } = spec.target;
  const base = {
    id,
    effect: 'change' as const,
    target: { namespace, name },
    requester: { kind: 'agent' as const, name: by },
  };
  if (order.kind === 'undo') {
    const asked = { inconclusive: true, approved: status?.approval !== undefined };
    const wish = undoWish(change, status?.changes ?? [], view.assessment?.history.load, asked);
    return { ...base, tool: 'undo', ...wish };
  }
  const wanted = wantedOf(spec);
  const wish = { ...base, tool: spec.tool, args: { ...argumentsOf(wanted) }, seen, ...(wanted && { wanted }) };
  if (order.kind === 'retry') return wish;
  const { replicas, waitSeconds } = order;
  const pace = { by: id, notBefore: now + waitSeconds * 1000, ...(replicas !== undefined && { replicas }) };
  return { ...wish, seen: { ...seen, replicas: Number(change.after) }, pace };
}
