import type { Blueprint } from './blueprint.ts';
import { cut, verdictRecord } from './decisionObject.ts';
import { KINDS, type KubeObject } from './kube.ts';
import type { DecisionSpec, Origin } from './records.ts';
import type { Request } from './request.ts';
import type { Verdict } from './verdict.ts';
import { argumentsOf, sentText } from './wish.ts';

export interface Wish {
  readonly blueprint: Blueprint;
  readonly uid: string | undefined;
  readonly request: Request;
  readonly verdict: Verdict;
  readonly rationale: string;
  readonly objection?: string;
  readonly confidence?: number;
  readonly evidence: readonly string[];
  readonly origin: Origin;
  readonly brief?: string;
  readonly briefBy?: Origin;
  /** Of a child: the Decision it is about. */
  readonly parent?: string;
  /** It is a pace: what it asks of its parent's next step, in place of the request's own wish. */
  readonly pace?: Pick<DecisionSpec['arguments'], 'replicas' | 'wait_seconds'>;
  /** Head of the controller's journal after the call was recorded. */
  readonly journal: string;
}

/** The Decision for a wish: a request and what was known when it was asked. It carries no authority. */
export function newDecision(wish: Wish, isoSeenAt: string): KubeObject {
  const { blueprint, request } = wish;
  const spec: DecisionSpec = {
    blueprint: { name: blueprint.name, version: blueprint.version, hash: blueprint.hash },
    target: {
      kind: 'Deployment',
      namespace: request.target.namespace,
      name: request.target.name,
      ...(wish.uid === undefined ? {} : { uid: wish.uid }),
    },
    tool: wish.pace === undefined ? cut(request.tool, 64) : 'pace',
    operation: wish.pace === undefined ? cut(wish.verdict.operation, 64) : 'pace',
    arguments: {
      ...(wish.pace ?? argumentsOf(request.wanted)),
      ...(request.effect === 'unknown' ? { sent: sentText(request.args) } : {}),
    },
    requester: request.requester,
    ...(request.seen ? { seen: { uid: request.seen.uid, replicas: request.seen.replicas, at: isoSeenAt } } : {}),
    rationale: cut(wish.rationale, 2000),
    ...(wish.objection ? { objection: cut(wish.objection, 2000) } : {}),
    evidence: wish.evidence.slice(0, 32).map((line) => cut(line, 300)),
    ...(wish.confidence === undefined ? {} : { confidence: Math.min(1, Math.max(0, wish.confidence)) }),
    ...(wish.brief ? { brief: cut(wish.brief, 4000) } : {}),
    ...(wish.briefBy ? { briefBy: wish.briefBy } : {}),
    origin: wish.origin,
    verdict: verdictRecord(wish.verdict),
    ...(wish.parent === undefined ? {} : { parent: wish.parent }),
    journal: wish.journal,
  };
  return {
    apiVersion: KINDS.Decision.apiVersion,
    kind: KINDS.Decision.kind,
    metadata: {
      name: request.id,
      namespace: blueprint.namespace,
      labels: { 'fairlead.dev/blueprint': blueprint.name },
    },
    spec,
  };
}
