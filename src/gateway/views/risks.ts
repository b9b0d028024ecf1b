import { plural, span } from '../../analysis/words.ts';
import { operationsLeft } from '../../observe/safetyState.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import { frozenAt } from '../../schema/blueprint/freeze.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import type { Wanted } from '../../schema/change.ts';
import type { Workload } from '../../schema/workload.ts';
import { breakerView, holdViews } from './breakerView.ts';
import { limitsOf, MEASURES, valueText } from './signals.ts';
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

/** `0.5 cores`, `1 core`. */
export const coresText = (millicores: number): string => {
  const cores = Math.ceil(millicores) / 1000;
  return `${cores} core${cores === 1 ? '' : 's'}`;
};

/** `512 MiB`, `1.5 GiB`: whole MiB, rounded up. */
export const memoryText = (bytes: number): string => {
  const mib = Math.ceil(bytes / 2 ** 20);
  return mib >= 1024 && mib % 128 === 0 ? `${mib / 1024} GiB` : `${mib} MiB`;
};

function loadAfter({ assessment }: ServiceView, wanted: Wanted, blueprint: Blueprint, workload: Workload): RiskLine[] {
  const load = assessment?.history.load;
  if (wanted.kind !== 'scale' || wanted.replicas === 0 || load === undefined || wanted.replicas === workload.replicas)
    return [];
  const cpu = valueText(MEASURES.cpu, load / wanted.replicas, limitsOf('cpu', blueprint));
  const limit = Math.round(blueprint.scaling.upThreshold * 100);
  return [
    {
      title: 'Load after it',
      text: `CPU about ${cpu} at ${wanted.replicas} replicas with the load of now (limit ${limit}%).`,
    },
  ];
}

function sharedText({ fleet, global }: ServiceView, wanted: Wanted, { replicas, requests }: Workload): string {
  const used = fleet?.used;
  if (fleet === undefined || used === undefined) return 'What all services use together is not known now.';
  const more = wanted.kind === 'scale' ? wanted.replicas - replicas : 0;
  const { capacity = {} } = global ?? {};
  const parts = [
    ...(capacity.replicas === undefined
      ? []
      : [`${used.replicas} to ${used.replicas + more} of ${capacity.replicas} replicas`]),
    ...(capacity.cpu === undefined
      ? []
      : [`${used.cpu / 1000} to ${(used.cpu + more * (requests.cpu ?? 0)) / 1000} of ${coresText(capacity.cpu)}`]),
    ...(capacity.memory === undefined
      ? []
      : [
          `${memoryText(used.memory)} to ${memoryText(used.memory + more * (requests.memory ?? 0))} of ${memoryText(capacity.memory)}`,
        ]),
  ];
  const budget =
    parts.length === 0
      ? `No shared budget is set; ${plural(fleet.services, 'service')} request ${coresText(used.cpu)} together.`
      : `${parts.join(', ')}.`;
  const waiting = fleet.claims.filter(({ pending, asks }) => pending || asks > 0).map(({ service }) => name(service));
  const others =
    waiting.length === 0
      ? 'No other service waits for room.'
      : `Room is also asked for by ${listed(waiting.slice(0, 5))}.`;
  return sentence(`${budget} ${more > 0 || waiting.length > 0 ? others : ''}`);
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
