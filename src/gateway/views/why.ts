import { plural, span } from '../../analysis/words.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { Signal } from '../../schema/assessment.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import type { History, HistoryPoint } from '../../schema/history.ts';
import { isOver, limitsOf, MEASURES, valueText } from './signals.ts';
import { capital, listed, sentence } from './told.ts';

/** One sentence of what was measured, with the limits it is past and for how long. Undefined: nothing is known now. */
export function whySentence({ blueprint, workload, assessment }: ServiceView, history: History): string | undefined {
  if (blueprint === undefined || assessment === undefined) return undefined;
  const over = assessment.signals.filter(isOver);
  const max = blueprint.scaling.maxReplicas;
  const isFull = workload !== undefined && workload.replicas >= max;
  const full = isFull ? `; all ${plural(max, 'replica')} that the blueprint allows are running` : '';
  if (workload !== undefined && workload.ready < blueprint.scaling.minReplicas) {
    const pods = `${workload.ready} of at least ${plural(blueprint.scaling.minReplicas, 'pod')} ready`;
    return sentence(`${pods}${assessment.anomaly === undefined ? '' : `: ${assessment.anomaly}`}.`);
  }
  if (over.length > 0) {
    const names = listed(over.map((signal) => `${named(signal)} ${againstLimit(signal, blueprint)}`));
    const since = overFor(over, history);
    const how = over.length === 1 ? 'is over' : 'are over';
    const long = since === undefined ? '' : ` for ${span(assessment.at - since)}`;
    const anomaly = assessment.anomaly === undefined ? '' : `; ${assessment.anomaly}`;
    return sentence(`${capital(names)} ${how}${long}${full}${anomaly}.`);
  }
  if (assessment.anomaly !== undefined) return sentence(`${capital(assessment.anomaly)}.`);
  const known = assessment.signals.filter(({ state, value }) => state === 'fresh' && value !== undefined);
  if (known.length === 0) return 'Nothing is measured now: no signal of this service is fresh.';
  const values = known.map((signal) => `${named(signal)} ${againstLimit(signal, blueprint)}`);
  return sentence(`Nothing is over its limit now: ${values.join(', ')}${full}.`);
}

const named = ({ name }: Signal): string => (name === 'latency_p95' ? 'p95 latency' : MEASURES[name].title);

/** `84% (limit 80%)`. */
function againstLimit({ name, value = Number.NaN }: Signal, blueprint: Blueprint): string {
  const limits = limitsOf(name, blueprint);
  const limit = limits.find((one) => one.name === 'limit');
  const { suffix } = MEASURES[name];
  const text = valueText(MEASURES[name], value, limits);
  return limit === undefined ? text : `${text} (limit ${limit.value}${suffix})`;
}

/** Since when one of them is over without a break, as far as the history reaches. */
function overFor(over: readonly Signal[], history: History): number | undefined {
  const isPast = (point: HistoryPoint): boolean =>
    over.some(({ name }) => (name === 'cpu' ? point.overAlarm : point.missed.includes(name)));
  let since: number | undefined;
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const point = history[index];
    if (point === undefined || !isPast(point)) break;
    since = point.at;
  }
  return since;
}
