import type { Line } from '../roles/narrate.ts';

const SIGNALS: Readonly<Record<string, string>> = { cpu: 'CPU', latency_p95: 'p95', error_rate: 'errors' };

/**
 * The evidence of a run in a line or two: the signals' values, and what the analysis alone would do. Nothing where it holds no
 * signal: what a role makes of a blueprint or a failed check is told when it has spoken.
 */
export function seenLines(service: string, evidence: readonly string[], verbose: boolean): Line[] {
  const name = service.slice(service.indexOf('/') + 1);
  const values = evidence.flatMap((line) => {
    const [signal = ''] = line.split(/[ :]/, 1);
    const words = SIGNALS[signal];
    return words === undefined ? [] : [`${words} ${valueIn(line.slice(signal.length), signal === 'cpu')}`];
  });
  const anomaly = after('anomaly: ', evidence);
  const alone = after('analysis alone: ', evidence);
  if (values.length === 0 && anomaly === undefined && alone === undefined && !verbose) return [];
  return [
    ['seen', values.length === 0 ? name : `${name}: ${values.join(', ')}`],
    ...(verbose ? evidence.map((line): Line => ['', line]) : []),
    ...(anomaly === undefined ? [] : [['analysis', anomaly] as const]),
    ...(anomaly !== undefined || alone === undefined ? [] : [['analysis', alone] as const]),
  ];
}

/** ` 85% (target 70%, ...), 2 of 2 pods, sampled ...` as `85% (target 70%)`; what is not fresh keeps its words. */
function valueIn(rest: string, withTarget: boolean): string {
  if (rest.startsWith(':')) return rest.slice(2);
  const value = /^ ([^(,]+?)(?= \(|,|$)/.exec(rest)?.[1] ?? rest.trim();
  const target = withTarget ? /\(target [^,)]+/.exec(rest)?.[0] : undefined;
  return target === undefined ? value : `${value} ${target})`;
}

const after = (start: string, lines: readonly string[]): string | undefined =>
  lines.find((line) => line.startsWith(start))?.slice(start.length);
