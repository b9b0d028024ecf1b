import { ok, type Result } from '../../kernel/result.ts';
import type { PastSpan } from '../../ports/metrics.ts';
import type { Answer, Series } from './answer.ts';
import type { PrometheusClient } from './client.ts';

interface Steps {
  readonly answer: Result<Answer, string>;
  /** What an instant question would have been answered with, by step. */
  readonly byStep: ReadonlyMap<number, readonly Series[]>;
}

/** Questions asked once for a whole time, and answered step by step. */
export class Ranges {
  readonly #client: PrometheusClient;
  readonly #span: PastSpan;
  readonly #asked = new Map<string, Promise<Steps>>();

  constructor(client: PrometheusClient, span: PastSpan) {
    this.#client = client;
    this.#span = span;
  }

  async at(step: number, promql: string, signal: AbortSignal): Promise<Result<Answer, string>> {
    const asked = this.#asked.get(promql) ?? this.#ask(promql, signal);
    this.#asked.set(promql, asked);
    const { answer, byStep } = await asked;
    return answer.ok ? ok({ ...answer.value, series: byStep.get(step) ?? [] }) : answer;
  }

  async #ask(promql: string, signal: AbortSignal): Promise<Steps> {
    const answer = await this.#client.range(promql, this.#span, signal);
    const byStep = new Map<number, Series[]>();
    for (const { labels, points } of answer.ok ? answer.value.series : []) {
      for (const point of points) {
        // Seconds with a fraction, in binary.
        const step = Math.round(point.at);
        const series = byStep.get(step) ?? [];
        series.push({ labels, points: [point] });
        byStep.set(step, series);
      }
    }
    return { answer, byStep };
  }
}
