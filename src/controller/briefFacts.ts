import type { BriefFacts } from '../agents/roles/governanceEnforcer.ts';
import { evidenceLines } from '../analysis/evidence.ts';
import { isoInstant } from '../kernel/instant.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import { changeTexts } from '../schema/changeText.ts';
import { headline } from '../schema/headline.ts';
import { formatCpu, formatMemory } from '../schema/quantity.ts';
import type { Request } from '../schema/request.ts';
import { effectiveRequest } from '../schema/resources.ts';
import type { Verdict } from '../schema/verdict.ts';
import { templateChange } from '../schema/wantedChange.ts';
import { argumentsOf, wishWords } from '../schema/wish.ts';
import type { Workload } from '../schema/workload.ts';

export interface Asked {
  readonly request: Request;
  readonly verdict: Verdict;
  /** Undefined when nothing governs the target. */
  readonly view: ServiceView | undefined;
  /** The asker's words. */
  readonly rationale: string;
  readonly alternatives: readonly string[];
}

/** What a person decides from, computed from what was observed: the same with a model and without. */
export function briefFacts({ request, verdict, view, rationale, alternatives }: Asked): BriefFacts {
  const { target } = request;
  const { workload, blueprint, assessment } = view ?? {};
  const weighs = verdict.findings.filter(({ effect }) => effect === 'forbid' || effect === 'restrict');
  const known = workload === undefined ? undefined : effectOf(request, workload);
  return {
    service: `${target.namespace}/${target.name}`,
    what: `${wishWords(request.tool, argumentsOf(request.wanted))} (${verdict.operation})`,
    verdict: headline(verdict),
    rules: weighs.map(({ rule, code, message }) => `${rule} ${code}: ${message}`),
    before:
      known?.before ?? (workload === undefined ? 'not known: the Deployment could not be read' : running(workload)),
    after: known?.after ?? 'nothing would change: no code could carry this out',
    risk: known?.risk ?? ['none from the request itself: it cannot be carried out'],
    undo: known === undefined ? 'nothing to undo' : undoWords(blueprint),
    when: whenWords(verdict, blueprint),
    evidence: assessment === undefined ? [] : evidenceLines(assessment),
    rationale,
    alternatives,
    others: othersWords(request, verdict, view),
  };
}

/** What people, pods and blueprints chose to say, where the lines may repeat it. */
function othersWords(request: Request, verdict: Verdict, view: ServiceView | undefined): string[] {
  const { workload, blueprint, assessment } = view ?? {};
  const rules = blueprint?.authority.requiresApproval ?? [];
  return [
    request.tool,
    ...verdict.approvers,
    ...rules.flatMap(({ approvers, condition }) => [...approvers, condition]),
    workload?.image,
    workload?.replicaFailure,
    ...(workload?.owners ?? []).map(({ name }) => name),
    ...(workload?.containers ?? []).map(({ name }) => name),
    ...(workload?.pods ?? []).flatMap((pod) => [pod.trouble, pod.troubleDetail, pod.lastRestart?.reason]),
    ...(assessment?.signals ?? []).map(({ detail }) => detail),
  ].filter((text) => text !== undefined);
}

const running = ({ replicas, ready }: Workload): string => `${replicas} replicas, ${ready} ready`;

type Effect = Pick<BriefFacts, 'before' | 'after' | 'risk'>;

function effectOf({ effect, wanted }: Request, workload: Workload): Effect | undefined {
  if (effect !== 'change') return undefined;
  switch (wanted?.kind) {
    case 'scale':
      return {
        before: running(workload),
        after: `${wanted.replicas} replicas`,
        risk: scaleRisk(wanted.replicas, workload),
      };
    case 'restart':
      return { before: running(workload), after: 'the same, with new pods', risk: [replacesAll(workload)] };
    case 'resources':
    case 'rollback': {
      const change = templateChange(wanted, workload);
      if (change === undefined) return undefined;
      const requests = change.kind === 'resources' ? requestRisk(change, workload.replicas) : [];
      return { ...changeTexts(change), risk: [...requests, replacesAll(workload)] };
    }
    case undefined:
      return undefined;
  }
}

function scaleRisk(replicas: number, { replicas: now, requests }: Workload): string[] {
  const pods = Math.abs(replicas - now);
  const more = replicas > now;
  const amounts = [
    requests.cpu ? `CPU ${formatCpu(pods * requests.cpu)}` : undefined,
    requests.memory ? `memory ${formatMemory(pods * requests.memory)}` : undefined,
  ].filter((amount) => amount !== undefined);
  const requested =
    amounts.length === 0 ? 'their requests are not known' : `they request ${amounts.join(' and ')} together`;
  if (more) return [`${podsWords(pods)} more; ${requested}`];
  const left = replicas === 0 ? 'no pod is left: the service answers nobody' : `the other ${replicas} carry the load`;
  return [`${podsWords(pods)} fewer; ${left}`, `what is freed: ${requested}`];
}

const podsWords = (n: number): string => (n === 1 ? '1 pod' : `${n} pods`);

const replacesAll = ({ replicas }: Workload): string =>
  `${replicas === 1 ? 'the only pod is' : `all ${replicas} pods are`} replaced, a few at a time`;

type ResourceChange = Extract<NonNullable<ReturnType<typeof templateChange>>, { readonly kind: 'resources' }>;

function requestRisk({ from, to }: ResourceChange, replicas: number): string[] {
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const [before, after] = [effectiveRequest(from, resource) ?? 0, effectiveRequest(to, resource) ?? 0];
    if (before === after) return [];
    const amount = Math.abs(after - before) * replicas;
    const text = resource === 'cpu' ? formatCpu(amount) : formatMemory(amount);
    return [`${podsWords(replicas)} together: ${text} ${after > before ? 'more' : 'less'} ${resource} requested`];
  });
}

function undoWords(blueprint: Blueprint | undefined): string {
  const verification = blueprint?.verification;
  if (verification?.enabled !== true) return 'not verified, so nothing undoes it: a person has to';
  const { rollback, stabilizationMs } = verification;
  const seconds = stabilizationMs / 1000;
  return rollback.enabled && rollback.automatic && rollback.onCriticalFailure
    ? `undone by itself when a critical check fails within ${seconds} s or in the 10 min after, where rule G17 finds that safe`
    : `verified after ${seconds} s, but not undone by itself: a person has to`;
}

function whenWords({ authority, wait, approvers }: Verdict, blueprint: Blueprint | undefined): string {
  const until = wait?.until === undefined ? '' : `, not before ${isoInstant(wait.until)}`;
  switch (authority) {
    case 'forbidden':
      return 'never: it is refused';
    case 'restricted': {
      const { quorum = 1, decideWithinMs = 0, executeWithinMs = 0 } = blueprint?.approval ?? {};
      const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;
      const votes = quorum === 1 ? 'one of' : `${quorum} of`;
      return `once ${votes} ${approvers.join(', ')} approved within ${minutes(decideWithinMs)}, then within ${minutes(executeWithinMs)}${until}; judged again before it is done`;
    }
    case 'allowed':
      return `at once${until}`;
  }
}
