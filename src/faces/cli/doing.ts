import { show } from '../../analysis/evidence.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { Hold } from '../../schema/counters.ts';
import { MANAGED_LABEL } from '../../schema/kube.ts';
import { frozenWords, holdWords } from './hold.ts';

/** Of several holds so many are named, the one that forbids the most first. */
const HOLDS_NAMED = 2;

/**
 * One phrase: what stands in the way, what is under way, or what is missed. `calm` says that every number that decides is there
 * and asks for nothing.
 */
export function doing(view: ServiceView, waiting?: string): string {
  const { blueprint, workload, assessment, counters, holds, faults } = view;
  const newest = faults?.[0];
  if (blueprint === undefined) return `blueprint refused: ${newest?.message ?? 'unknown'}`;
  if (workload === undefined) return view.problems?.[0] ?? `no Deployment ${blueprint.target.name}`;
  if (holds === undefined) return 'holds cannot be read: counts as stopped';
  if (holds.length > 0) {
    return holds
      .toSorted((a, b) => strength(b) - strength(a))
      .slice(0, HOLDS_NAMED)
      .map(holdWords)
      .join('; ');
  }
  if (counters?.frozen !== undefined) {
    return `frozen: ${frozenWords(counters.frozen)}; fairlead resume ${view.namespace}/${view.name} lifts it`;
  }
  if (counters?.inFlight !== undefined) return `${counters.inFlight.phase}: ${counters.inFlight.decision}`;
  const refused = newest === undefined ? [] : [`newest blueprint refused: ${newest.message}`];
  if (assessment === undefined) return [...refused, 'nothing measured yet'].join('; ');
  const label = workload.managed ? [] : [`Deployment ${workload.name} lacks the label ${MANAGED_LABEL}=true`];
  const troubles = [...new Set(workload.pods.flatMap(({ trouble }) => trouble ?? []))];
  const wrong = [
    ...refused,
    ...(waiting === undefined ? [] : [waiting]),
    ...(assessment.breach.length > 0 ? [`missed: ${assessment.breach.join(', ')}`] : []),
    ...(troubles.length > 0 ? [`pods: ${troubles.join(', ')}`] : []),
    ...numbersWords(view),
  ];
  return [...(wrong.length > 0 ? wrong : ['calm']), ...label].join('; ');
}

/** A stop holds an undo back as well, a breaker every change, a pause of all the rest; downs or optional changes alone are least. */
const strength = ({ kind, what }: Hold): number => ({ stop: 4, breaker: 2, pause: 0 })[kind] + (what === 'all' ? 1 : 0);

/** What CPU asks for, and which numbers are not there; none: they are there and ask for nothing. */
function numbersWords({ blueprint, workload, assessment }: ServiceView): string[] {
  if (blueprint === undefined || workload === undefined || assessment === undefined) return [];
  const { minReplicas, maxReplicas } = blueprint.scaling;
  const { replicas } = workload;
  // Nothing runs: there is nothing to measure.
  if (replicas === 0) return ['scaled to 0'];
  const words: string[] = [];
  const cpu = assessment.signals.find(({ name }) => name === 'cpu');
  if (cpu?.state === 'fresh' && cpu.value !== undefined) {
    const use = `CPU ${show('cpu', cpu.value)}`;
    if (cpu.says === 'up') words.push(replicas >= maxReplicas ? `at its maximum, ${use}` : `${use} asks for more`);
    if (cpu.says === 'down' && replicas > minReplicas) words.push(`${use} would allow fewer`);
  }
  // Where nobody asks for anything there is no latency either.
  const unseen = assessment.signals.filter(({ state, requests }) => state !== 'fresh' && requests !== 0);
  if (unseen.length > 0) {
    words.push(`no number: ${unseen.map(({ name, state }) => `${name === 'cpu' ? 'CPU' : name} ${state}`).join(', ')}`);
  }
  return words;
}
