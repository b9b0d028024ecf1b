import { isoInstant } from '../kernel/instant.ts';
import type { Assessment, Signal } from '../schema/assessment.ts';
import { plural, span } from './words.ts';

/** The numbers behind a decision, one line a signal, computed here and never by a model: at most 32 lines of 300 characters. */
export function evidenceLines(assessment: Assessment): string[] {
  const lines = assessment.signals.map(signalLine);
  if (assessment.anomaly !== undefined) lines.push(`anomaly: ${assessment.anomaly}`);
  const { direction, replicas, reason } = assessment.recommendation;
  lines.push(`analysis alone: ${direction} (${replicas} replicas): ${reason}`);
  return lines.slice(0, 32).map((line) => line.slice(0, 300));
}

function signalLine(signal: Signal): string {
  if (signal.value === undefined || signal.state !== 'fresh') {
    return `${signal.name}: ${signal.state}${signal.detail ? `, ${signal.detail}` : ''} (${signal.source})`;
  }
  const limits = [
    ...(signal.target === undefined ? [] : [`target ${show(signal.name, signal.target)}`]),
    ...(signal.upAbove === undefined || signal.upAbove === signal.target
      ? []
      : [`up above ${show(signal.name, signal.upAbove)}`]),
    ...(signal.downBelow === undefined ? [] : [`down below ${show(signal.name, signal.downBelow)}`]),
  ];
  const coverage = signal.covered === undefined ? '' : `, ${signal.covered} of ${signal.ready ?? '?'} pods`;
  const counted = signal.requests === undefined ? '' : `, ${plural(Math.floor(signal.requests), 'request')}`;
  const over = signal.overMs === undefined ? '' : ` over ${span(signal.overMs)}`;
  const when = signal.sampleAt === undefined ? '' : `, sampled ${isoInstant(signal.sampleAt)}`;
  const but = signal.detail === undefined || signal.name === 'cpu' ? '' : `, ${signal.detail}`;
  return `${signal.name} ${show(signal.name, signal.value)}${limits.length > 0 ? ` (${limits.join(', ')})` : ''}${coverage}${counted}${over}${when}${but}, says ${signal.says}`;
}

/** A value of a signal with its unit; never rounded across a limit it has crossed by a tenth of a percent. */
export function show(name: Signal['name'], value: number): string {
  switch (name) {
    case 'cpu':
    case 'error_rate':
      return `${trim(value * 100)}%`;
    case 'latency_p95':
      return `${trim(value)} ms`;
    case 'requests_per_second':
      return `${trim(value)}/s`;
  }
}

const trim = (value: number): string => String(Math.round(value * 10) / 10);
