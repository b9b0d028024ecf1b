import { plural } from '../../analysis/words.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { LimitRail } from '../../schema/api/common.ts';
import type { ServiceSummary } from '../../schema/api/services.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import { breakerView, holdViews } from './breakerView.ts';
import { whatWords } from './decisionSummary.ts';
import { railOf } from './rail.ts';
import { readDecision } from './records.ts';
import { cpuSeries } from './series.ts';
import { nowText, signalOf } from './signals.ts';
import { instant, name, sentence } from './told.ts';
import { verdictWord } from './verdicts.ts';
import { whySentence } from './why.ts';

const SPARKLINE_MS = 30 * 60_000;
const SPARKLINE_POINTS = 60;

export interface Records {
  /** Of this service. */
  readonly waiting: number;
  readonly newest: KubeObject | undefined;
}

/** One service as the newest pass saw it. */
export function serviceSummary(deps: GatewayDeps, view: ServiceView, { waiting, newest }: Records): ServiceSummary {
  const { namespace, name: own, blueprint, assessment } = view;
  const now = deps.clock.now();
  const history = deps.observer.history(namespace, own);
  const { state, text } = stateOf(view, deps);
  const window = { from: now - SPARKLINE_MS, to: now, most: SPARKLINE_POINTS };
  const sparkline = cpuSeries(view, history, window);
  const rail: LimitRail | undefined = railOf(view);
  const last = newest && lastOf(newest);
  return {
    namespace,
    name: own,
    target: `Deployment ${namespace}/${name(blueprint?.target.name ?? own)}`,
    state,
    stateText: sentence(text),
    priority: blueprint?.priority ?? 'not known',
    criticality: blueprint?.criticality ?? 'not known',
    // Without a blueprint nothing is done, which is less than observing.
    autonomy: blueprint?.autonomy ?? 'observe',
    ...(blueprint && { cpu: nowText(signalOf(assessment, 'cpu'), 'cpu', blueprint) }),
    ...(blueprint?.performance.latencyP95Ms !== undefined && {
      latency: nowText(signalOf(assessment, 'latency_p95'), 'latency_p95', blueprint),
    }),
    ...(sparkline && { cpuSeries: sparkline }),
    ...(rail && { rail }),
    breaker: breakerView(view, now),
    holds: holdViews(view),
    ...(last && { last }),
    waiting,
    ...(blueprint && { blueprint: { version: name(blueprint.version), hash: blueprint.hash } }),
    ...(view.faults?.[0] && { fault: sentence(`${view.faults[0].message}; to mend it: ${view.faults[0].fix}`) }),
  };
}

type State = { readonly state: ServiceSummary['state']; readonly text: string };

/** What is wrong, the gravest first. */
function stateOf(view: ServiceView, { observer }: GatewayDeps): State {
  const { blueprint, workload, assessment, faults = [], problems = [] } = view;
  if (blueprint === undefined) {
    const why = faults[0]?.message ?? problems[0] ?? 'no version of it was ever accepted';
    return { state: 'refused', text: `Its blueprint is not in force: ${why}` };
  }
  if (workload === undefined) {
    return { state: 'missing', text: problems[0] ?? `There is no Deployment ${blueprint.target.name}.` };
  }
  const why = whySentence(view, observer.history(view.namespace, view.name));
  if (assessment === undefined || !assessment.signals.some(({ state }) => state === 'fresh')) {
    return { state: 'blind', text: problems[0] ?? why ?? 'Nothing was measured yet.' };
  }
  if (assessment.breach.length > 0) return { state: 'breached', text: why ?? assessment.breach.join(', ') };
  const ready = `${workload.ready} of ${plural(workload.replicas, 'pod')} ready.`;
  return {
    state: 'healthy',
    text: assessment.pressure.length > 0 && why !== undefined ? why : `${ready} No objective is missed.`,
  };
}

function lastOf(object: KubeObject): ServiceSummary['last'] {
  const decision = readDecision(object);
  if (decision === undefined) return undefined;
  const { spec, status } = decision;
  const text = sentence(`${whatWords({ spec, status })}: ${status?.phase ?? 'Pending'}`);
  return {
    name: decision.name,
    verdict: verdictWord(status?.verdict ?? spec.verdict),
    text,
    at: instant(decision.createdAt),
  };
}
