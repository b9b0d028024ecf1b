import { err, ok, type Result } from '../../kernel/result.ts';
import { promqlParts } from '../../schema/promql.ts';
import type { ObjectSample } from '../../schema/samples.ts';
import type { Answer } from './answer.ts';
import { PART, TIMES_MS, timesQuery } from './queries.ts';
import { intervalOf, newestValue } from './services.ts';

/** Asks for the values of one moment. */
export type Ask = (promql: string, signal: AbortSignal) => Promise<Result<Answer, string>>;

/** Its value, with the time of the oldest of the newest samples behind it: one that stands still makes it old. */
export type OwnValue = Pick<ObjectSample, 'value' | 'at' | 'windowMs' | 'overMs'>;

/**
 * One blueprint's own expression, asked alone. It must give one value; the times of its series are asked for beside it,
 * since an answer bears the time of the question.
 */
export async function askOwn(ask: Ask, query: string, signal: AbortSignal): Promise<Result<OwnValue, string>> {
  const parts = promqlParts(query);
  if (!parts.ok) return parts;
  const { selectors, rangeMs } = parts.value;
  const [answer, times] = await Promise.all([ask(query, signal), ask(timesQuery(selectors), signal)]);
  if (!answer.ok) return answer;
  if (!times.ok) return times;
  const partial = answer.value.partial ?? times.value.partial;
  if (partial !== undefined) return err(`a partial answer, which is none: ${partial}`);
  const [one, ...others] = answer.value.series;
  if (one === undefined) return err('the query gives no value');
  if (others.length > 0)
    return err(`the query gives ${others.length + 1} values, not one: put sum(...) or max(...) around it`);
  const part = (name: string): number[] =>
    times.value.series.filter(({ labels }) => labels[PART]?.endsWith(` ${name}`)).map(newestValue);
  const seconds = part('at');
  if (seconds.length === 0) return err('no series behind the query has a sample');
  const count = Math.min(...part('count'));
  return ok({
    value: newestValue(one),
    at: Math.min(...seconds) * 1000,
    windowMs: Number.isFinite(count) ? intervalOf(TIMES_MS, count) : 0,
    ...(rangeMs > 0 && { overMs: rangeMs }),
  });
}
