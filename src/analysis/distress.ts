import type { Signal } from '../schema/assessment.ts';
import type { History } from '../schema/history.ts';
import type { Workload } from '../schema/workload.ts';
import { milliseconds, percent, span } from './words.ts';

const NEAR_LATENCY = 0.8;
const NEAR_ERRORS = 0.5;
const RESTART_MS = 600_000;
const THROUGHPUT_MS = 300_000;
const THROUGHPUT_LEFT = 0.7;
/** Latency rose: by more than a tenth, so that noise beside an evening's falling traffic is no distress. */
const ROSE = 1.1;

/** Why low use is distress and not idleness (G6): a service that cannot work uses little CPU, too. */
export function distress(workload: Workload, signals: readonly Signal[], history: History, now: number): string[] {
  const reasons: string[] = [];
  const latency = fresh(signals, 'latency_p95');
  if (latency?.target !== undefined && latency.value > NEAR_LATENCY * latency.target) {
    reasons.push(`p95 ${milliseconds(latency.value)} is over 80% of its target ${milliseconds(latency.target)}`);
  }
  const errors = fresh(signals, 'error_rate');
  if (errors?.target !== undefined && errors.value > NEAR_ERRORS * errors.target) {
    reasons.push(`errors ${percent(errors.value)} are over half of their threshold ${percent(errors.target)}`);
  }
  for (const pod of workload.pods) {
    const restart = pod.lastRestart;
    if (restart === undefined || now - restart.at >= RESTART_MS) continue;
    reasons.push(`pod ${pod.name} restarted ${span(Math.max(0, now - restart.at))} ago (${restart.reason})`);
  }
  const fell = throughputFell(fresh(signals, 'requests_per_second')?.value, latency?.value, history, now);
  if (fell !== undefined) reasons.push(fell);
  return reasons;
}

function throughputFell(
  requests: number | undefined,
  latency: number | undefined,
  history: History,
  now: number,
): string | undefined {
  if (requests === undefined || latency === undefined) return undefined;
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const point = history[index];
    if (point === undefined || now - point.at > THROUGHPUT_MS) return undefined;
    const { requestsPerSecond: before, latencyP95 } = point;
    if (before === undefined || latencyP95 === undefined || before === 0) continue;
    if (requests > THROUGHPUT_LEFT * before || latency <= ROSE * latencyP95) continue;
    return (
      `throughput fell from ${before.toFixed(1)} to ${requests.toFixed(1)} requests a second in ${span(now - point.at)} ` +
      `while p95 rose from ${milliseconds(latencyP95)} to ${milliseconds(latency)}`
    );
  }
  return undefined;
}

interface Measured {
  readonly value: number;
  readonly target?: number;
}

function fresh(signals: readonly Signal[], name: Signal['name']): Measured | undefined {
  const signal = signals.find((one) => one.name === name);
  if (signal?.state !== 'fresh' || signal.value === undefined) return undefined;
  return { value: signal.value, ...(signal.target === undefined ? {} : { target: signal.target }) };
}
