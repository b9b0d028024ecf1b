import { plural, span } from '../../analysis/words.ts';
import { operationsLeft } from '../../observe/safetyState.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import { frozenAt } from '../../schema/blueprint/freeze.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import type { Wanted } from '../../schema/change.ts';
import type { Workload } from '../../schema/workload.ts';
import { breakerView, holdViews } from './breakerView.ts';
import { capacityText, coresText, memoryText } from './capacityText.ts';
import { exact, limitsOf, MEASURES, valueText } from './signals.ts';
import { clock, listed, name, sentence } from './told.ts';

type RiskLine = ApprovalCard['risks'][number];

/** What can go wrong and what else goes on, computed from what is observed: the same with a model and without. */
export function risksOf(view: ServiceView | undefined, wanted: Wanted | undefined, now: number): RiskLine[] {
  const { blueprint, workload } = view ?? {};
  if (view === undefined || blueprint === undefined || workload === undefined || wanted === undefined) {
    return [{ title: 'Not known', text: 'The Deployment or its blueprint cannot be seen now.' }];
  }
  return [
    { title: 'Touches', text: touches(wanted, workload) },
    ...loadAfter(view, wanted, blueprint, workload),
    { title: 'Shared capacity', text: sharedText(view, wanted, workload) },
    { title: 'Undo', text: undoText(wanted, workload, blueprint) },
    { title: 'Also going on', text: alsoText(view, blueprint, workload, now) },
  ];
}

/** Whether what stood there before can be put back as it was. Pods that were replaced are gone. */
export const isReversible = (wanted: Wanted | undefined): boolean => wanted !== undefined && wanted.kind !== 'restart';

const signed = (n: number, text: string): string => `${n < 0 ? '−' : '+'}${text}`;

function touches(wanted: Wanted, workload: Workload): string {
  const { replicas, requests } = workload;
  if (wanted.kind !== 'scale') {
    const all = replicas === 1 ? 'the only pod is' : `all ${replicas} pods are`;
    return `1 Deployment; ${all} replaced, a few at a time.`;
  }
  const more = wanted.replicas - replicas;
  const pods = Math.abs(more);
  const amounts = [
    signed(more, plural(pods, 'pod')),
    ...(requests.cpu === undefined ? [] : [signed(more, coresText(pods * requests.cpu))]),
    ...(requests.memory === undefined ? [] : [signed(more, memoryText(pods * requests.memory))]),
  ];
  const unknown =
    requests.cpu === undefined && requests.memory === undefined ? ' What a pod requests is not known.' : '';
  const left = wanted.replicas === 0 ? ' No pod is left: the service answers nobody.' : '';
  const rest = more >= 0 ? ' Running pods are not restarted.' : left;
  return `1 Deployment, ${amounts.join(', ')}.${unknown}${rest}`;
}

function loadAfter({ assessment }: ServiceView, wanted: Wanted, blueprint: Blueprint, workload: Workload): RiskLine[] {
  const load = assessment?.history.load;
  if (wanted.kind !== 'scale' || wanted.replicas === 0 || load === undefined || wanted.replicas === workload.replicas)
    return [];
  const cpu = valueText(MEASURES.cpu, load / wanted.replicas, limitsOf('cpu', blueprint));
  const limit = exact(blueprint.scaling.upThreshold * 100);
  return [
    {
      title: 'Load after it',
      text: `CPU about ${cpu} at ${plural(wanted.replicas, 'replica')} with the load of now (limit ${limit}%).`,
    },
  ];
}

function sharedText(view: ServiceView, wanted: Wanted, { replicas, requests }: Workload): string {
  const { fleet } = view;
  if (fleet?.used === undefined) return 'What all services use together is not known now.';
  const more = wanted.kind === 'scale' ? wanted.replicas - replicas : 0;
  const { cpu = 0, memory = 0 } = requests;
  const budget =
    capacityText(view, { replicas: more, cpu: more * cpu, memory: more * memory }) ??
    `No shared budget is set; all services together request ${coresText(fleet.used.cpu)}`;
  const waiting = fleet.claims.filter(({ pending, asks }) => pending || asks > 0).map(({ service }) => name(service));
  const others =
    waiting.length === 0
      ? 'No other service waits for room.'
      : `Room is also asked for by ${listed(waiting.slice(0, 5))}.`;
  return sentence(`${budget}.${more > 0 || waiting.length > 0 ? ` ${others}` : ''}`);
}

function undoText(wanted: Wanted, { replicas, pods, image }: Workload, blueprint: Blueprint): string {
  const back = {
    scale: wanted.kind === 'scale' ? `Reversible: ${wanted.replicas} back to ${replicas}` : '',
    restart: 'Not reversible: pods that were replaced are gone',
    resources: 'Reversible: the same requests and limits are put back, which replaces the pods again',
    rollback: `Reversible: back to the template of now (${name(image)}), which replaces the pods again`,
  }[wanted.kind];
  const start = usualStart(pods);
  const soon =
    start === undefined || (wanted.kind === 'scale' && wanted.replicas > replicas)
      ? ''
      : `; a pod is ready about ${span(start)} after its start`;
  return `${back}${soon}. ${automatic(blueprint)}`;
}

function automatic({ verification: { enabled, rollback, stabilizationMs } }: Blueprint): string {
  if (!enabled) return 'Not verified, so nothing undoes it: a person has to.';
  return rollback.enabled && rollback.automatic && rollback.onCriticalFailure
    ? `Undone by itself when a critical check fails within ${span(stabilizationMs)} or in the 10 min after, where that is safe; never into a state that missed an objective itself.`
    : `Verified after ${span(stabilizationMs)}, but not undone by itself: a person has to.`;
}

function usualStart(pods: Workload['pods']): number | undefined {
  const times = pods.flatMap(({ startedAt, readyAt }) =>
    startedAt === undefined || readyAt === undefined ? [] : [readyAt - startedAt],
  );
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

function alsoText(view: ServiceView, blueprint: Blueprint, { rollout, lastChange }: Workload, now: number): string {
  const { counters, global } = view;
  const { safety } = blueprint;
  const lastWrite = Math.max(0, ...(counters?.operations ?? []).map(({ at }) => at));
  const cooldown = lastWrite + safety.cooldownMs;
  const frozen = frozenAt([...blueprint.freeze, ...(global?.freeze ?? [])], now);
  const holds = holdViews(view).map(
    ({ kind, by, scope }) => `${kind === 'stop' ? 'stopped' : 'paused'} for ${scope} by ${by}`,
  );
  const parts = [
    `breaker ${breakerView(view, now).state}`,
    rollout.underWay ? `a rollout is under way${rollout.paused ? ', paused' : ''}` : 'no rollout',
    frozen === undefined
      ? 'no freeze'
      : 'until' in frozen
        ? `frozen until ${clock(frozen.until)} UTC: ${frozen.reason}`
        : frozen.broken,
    now < cooldown ? `cooldown until ${clock(cooldown)} UTC` : 'cooldown clear',
    counters === undefined
      ? 'the counters cannot be read'
      : `${safety.operationsPerHour - operationsLeft(counters, safety, now)} of ${safety.operationsPerHour} operations this hour`,
    ...(counters?.inFlight === undefined ? [] : [`${counters.inFlight.phase}: ${counters.inFlight.decision}`]),
    ...(view.holds === undefined ? ['holds cannot be read, which counts as stopped'] : holds),
    ...(lastChange === undefined ? [] : [`last change: ${lastChange.did}`]),
  ];
  return sentence(`${parts.join(' · ').replace(/^./, (first) => first.toUpperCase())}.`);
}
