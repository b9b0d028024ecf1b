import { span } from '../../analysis/words.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { operationsLeft } from '../../observe/safetyState.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ServiceDetail } from '../../schema/api/services.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import type { Identity } from '../people/identity.ts';
import { approvalSummary } from './approvalSummary.ts';
import { coresText, memoryText } from './capacityText.ts';
import { decisionSummary } from './decisionSummary.ts';
import { PAGE } from './pages.ts';
import { createdAt, indexed, keyOf, readDecision } from './records.ts';
import { seriesOf } from './series.ts';
import { recordsByService, serviceOf } from './serviceRecords.ts';
import { serviceSummary } from './serviceSummary.ts';
import { clock, sentence } from './told.ts';

const MOST_MINUTES = 24 * 60;

/** One service: its numbers over time with what was decided, what binds it, and what is wrong. */
export async function serviceDetail(
  deps: GatewayDeps,
  namespace: string,
  service: string,
  minutes: number,
): Promise<Result<ServiceDetail, Refused>> {
  const view = deps.observer.views().find((one) => one.namespace === namespace && one.name === service);
  if (view === undefined) {
    return err({ code: 'notFound', message: 'no Blueprint of that name is seen: the list shows what there is' });
  }
  const now = deps.clock.now();
  const from = now - Math.min(MOST_MINUTES, Math.max(1, Number.isFinite(minutes) ? minutes : 30)) * 60_000;
  const key = keyOf(namespace, service);
  const records = recordsByService(deps)(key);
  const decisions = indexed(deps.observer.decisions());
  return ok({
    ...serviceSummary(deps, view, records),
    series: seriesOf(view, deps.observer.history(namespace, service), { from, to: now, forecast: true }),
    decisions: decisionsOf(deps, key, from),
    open: records.open.slice(0, PAGE).map(({ request, standing }) => {
      const decision = decisions.get(keyOf(namespace, request.spec.decision));
      return approvalSummary(deps, NOBODY, request, { view, decision }, standing);
    }),
    limits: view.blueprint ? limitsIn(view.blueprint, view) : [],
    safety: view.blueprint ? safetyOf(view.blueprint, view, now) : [],
    problems: [
      ...(view.problems ?? []),
      ...(view.faults ?? []).map(({ message, fix }) => `${message}; to mend it: ${fix}`),
    ]
      .slice(0, 20)
      .map(sentence),
  });
}

/** Whose page it is decides nothing here: who may vote is said on the request's own card. */
const NOBODY: Identity = {
  name: '',
  role: 'viewer',
  groups: [],
  by: { kind: 'token', id: '', scopes: [] },
};

/** Newest first: those of the shown time, and the newest ones in any case. */
function decisionsOf(deps: GatewayDeps, key: string, from: number): ServiceDetail['decisions'] {
  const own = deps.observer
    .decisions()
    .filter((object) => serviceOf(object) === key)
    .toSorted((a, b) => createdAt(b) - createdAt(a));
  return own
    .filter((object, index) => index < 10 || createdAt(object) >= from)
    .slice(0, PAGE)
    .flatMap((object) => {
      const decision = readDecision(object);
      return decision === undefined ? [] : [decisionSummary(decision)];
    });
}

function limitsIn(
  { scaling, resources, performance, authority }: Blueprint,
  { global }: ServiceView,
): ServiceDetail['limits'] {
  const percent = (share: number): string => `${Number((share * 100).toPrecision(6))}%`;
  const ceiling = global?.ceilings.maxReplicas;
  const { cpu, memory } = resources;
  return [
    { name: 'replicas', value: `${scaling.minReplicas} to ${scaling.maxReplicas}` },
    ...(ceiling === undefined ? [] : [{ name: 'hard ceiling', value: `${ceiling} replicas` }]),
    {
      name: 'CPU',
      value: `target ${percent(scaling.targetCpu)}, up at ${percent(scaling.upThreshold)}, down below ${percent(scaling.downThreshold)}`,
    },
    ...(performance.latencyP95Ms === undefined
      ? []
      : [{ name: 'latency p95', value: `at most ${performance.latencyP95Ms} ms` }]),
    ...(performance.errorRate === undefined
      ? []
      : [{ name: 'errors', value: `at most ${percent(performance.errorRate)}` }]),
    ...(cpu === undefined ? [] : [{ name: 'CPU of a pod', value: `${coresText(cpu.min)} to ${coresText(cpu.max)}` }]),
    ...(memory === undefined
      ? []
      : [{ name: 'memory of a pod', value: `${memoryText(memory.min)} to ${memoryText(memory.max)}` }]),
    { name: 'allowed', value: authority.allowed.join(', ') || 'nothing' },
    {
      name: 'with approval',
      value: authority.requiresApproval.map(({ operation }) => operation).join(', ') || 'nothing',
    },
    { name: 'forbidden', value: authority.forbidden.join(', ') || 'nothing by name' },
  ];
}

function safetyOf(
  { safety, verification }: Blueprint,
  { counters }: ServiceView,
  now: number,
): ServiceDetail['safety'] {
  const unknown = 'the counters cannot be read, so nothing is done';
  const last = Math.max(0, ...(counters?.operations ?? []).map(({ at }) => at));
  const clear = last + safety.cooldownMs;
  const left = counters === undefined ? undefined : operationsLeft(counters, safety, now);
  return [
    {
      name: 'cooldown',
      value: span(safety.cooldownMs),
      text: counters === undefined ? unknown : now < clear ? `until ${clock(clear)} UTC` : 'clear',
    },
    {
      name: 'operations an hour',
      value: String(safety.operationsPerHour),
      text: left === undefined ? unknown : `${safety.operationsPerHour - left} used`,
    },
    { name: 'scale-downs an hour', value: String(safety.downsPerHour), text: 'of the operations' },
    { name: 'optional operations an hour', value: String(safety.optionalPerHour), text: 'of the operations' },
    { name: 'failures that open the breaker', value: String(safety.breakerFailures), text: 'in a row' },
    { name: 'newest sample', value: span(safety.freshnessMs), text: 'older than that is stale' },
    { name: 'down window', value: span(safety.downWindowMs), text: 'the highest need of it counts' },
    {
      name: 'verification',
      value: verification.enabled ? span(verification.stabilizationMs) : 'off',
      text: verification.enabled ? `${verification.checks.length} checks` : 'nothing is undone by itself',
    },
  ];
}
