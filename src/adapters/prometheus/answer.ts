import { z } from 'zod';
import { err, ok, type Result } from '../../kernel/result.ts';

const Pair = z.tuple([z.number(), z.string()]);
const Labels = z.record(z.string(), z.string());
const Envelope = z.object({
  status: z.enum(['success', 'error']),
  error: z.string().optional(),
  errorType: z.string().optional(),
  warnings: z.array(z.string()).nullish(),
  /** Of VictoriaMetrics: not all storage nodes answered. */
  isPartial: z.boolean().optional(),
  data: z
    .discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: Labels, value: Pair.optional() })),
      }),
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ metric: Labels, values: z.array(Pair).optional() })),
      }),
      z.object({ resultType: z.literal('scalar'), result: Pair }),
      z.object({ resultType: z.literal('string'), result: Pair }),
    ])
    .optional(),
});

/** One series of an answer, its points oldest first. Native histograms have none. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

export interface Point {
  /** ms; of an instant query the time of the question, not of the sample. */
  readonly at: number;
  /** NaN and infinities as they came. */
  readonly value: number;
}

export interface Answer {
  readonly series: readonly Series[];
  /** Words for what is missing from it: not every store answered. */
  readonly partial?: string;
}

/** What a body of the query API says; the error is its own words, or what is wrong with it. */
export function parseAnswer(status: number, text: string): Result<Answer, string> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return err(`HTTP ${status}, and the answer is no JSON: ${text.slice(0, 80)}`);
  }
  const parsed = Envelope.safeParse(body);
  if (!parsed.success)
    return err(`HTTP ${status}, and the answer is none of Prometheus: ${z.prettifyError(parsed.error)}`);
  const { status: outcome, error = 'no words', errorType = 'error', data, warnings, isPartial } = parsed.data;
  if (outcome === 'error' || status < 200 || status >= 300 || data === undefined) {
    return err(`HTTP ${status}, ${errorType}: ${error}`);
  }
  const missing = (warnings ?? []).filter((words) => !words.startsWith('PromQL info'));
  const partial = missing[0] ?? (isPartial === true ? 'not every store answered' : undefined);
  return ok({ series: seriesOf(data), ...(partial !== undefined && { partial }) });
}

function seriesOf(data: NonNullable<z.infer<typeof Envelope>['data']>): Series[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map(({ metric, value }) => ({ labels: metric, points: value ? [pointOf(value)] : [] }));
    case 'matrix':
      return data.result.map(({ metric, values = [] }) => ({ labels: metric, points: values.map(pointOf) }));
    case 'scalar':
      return [{ labels: {}, points: [pointOf(data.result)] }];
    case 'string':
      return [];
  }
}

const pointOf = ([seconds, text]: z.infer<typeof Pair>): Point => ({ at: seconds * 1000, value: numberOf(text) });

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}
