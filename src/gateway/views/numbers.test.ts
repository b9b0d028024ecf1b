import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { HistoryPoint } from '../../schema/history.ts';
import { calmBlueprint, calmFleet, calmWorkload, hotAssessment, signal } from '../../testing/gateInput.ts';
import { downsampled, type Point } from './downsampled.ts';
import { seriesOf } from './series.ts';
import { MEASURES, nowText, valueText } from './signals.ts';
import { instant } from './told.ts';
import { whySentence } from './why.ts';

const T = Date.UTC(2026, 0, 5, 12);
const view = (rest: Partial<ServiceView> = {}): ServiceView => ({
  namespace: 'shop',
  name: 'web',
  object: { apiVersion: '', kind: '', metadata: { name: 'web' } },
  blueprint: calmBlueprint(),
  workload: calmWorkload(),
  assessment: hotAssessment(),
  fleet: calmFleet(),
  matches: 1,
  ...rest,
});
const point = (at: number, rest: Partial<HistoryPoint> = {}): HistoryPoint => ({
  at,
  ready: 2,
  replicas: 2,
  overAlarm: false,
  overTarget: false,
  usable: true,
  missed: [],
  ...rest,
});

describe('downsampling', () => {
  const points = fc
    .array(fc.option(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { nil: null }), { maxLength: 3_000 })
    .map((values) => values.map((value, index): Point => [index * 1_000, value]));

  it('keeps within its bound, in order, with the first, the last and both extremes, and invents nothing', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 5, max: 500 }), (all, most) => {
        const kept = downsampled(all, most);
        expect(kept.length).toBeLessThanOrEqual(Math.max(most, Math.min(all.length, most)));
        expect([kept[0], kept.at(-1)]).toEqual([all[0], all.at(-1)]);
        expect(kept.every(([at], index) => index === 0 || at > (kept[index - 1]?.[0] ?? 0))).toBe(true);
        const known = new Map(all);
        expect(kept.every(([at, value]) => known.get(at) === value)).toBe(true);
        const values = (some: readonly Point[]): number[] => some.flatMap(([, value]) => value ?? []);
        expect(Math.max(...values(kept))).toBe(Math.max(...values(all)));
        expect(Math.min(...values(kept))).toBe(Math.min(...values(all)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a value in words', () => {
  it.each([
    { name: 'cpu' as const, value: 0.8004, text: '80.04%' },
    { name: 'cpu' as const, value: 0.84, text: '84%' },
    { name: 'cpu' as const, value: 0.7996, text: '79.96%' },
    { name: 'latency_p95' as const, value: 200.02, text: '200.02 ms' },
    { name: 'latency_p95' as const, value: 200, text: '200 ms' },
    { name: 'error_rate' as const, value: 0.010001, text: '1.0001%' },
    { name: 'requests_per_second' as const, value: 1148.4, text: '1148 /s' },
  ])('of $name at $value is $text: never rounded across its limit', ({ name, value, text }) => {
    expect(nowText(signal(name, { value }), name, calmBlueprint())).toBe(text);
  });

  it('stays on its own side of every limit, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        (value, at) => {
          const told = Number.parseFloat(valueText(MEASURES.cpu, value, [{ name: 'limit', value: at }]));
          expect(Math.sign(told - at)).toBe(Math.sign(Number((value * 100).toPrecision(12)) - at));
        },
      ),
    );
  });

  it.each([9e15, -1, Number.NaN, Number.POSITIVE_INFINITY])('an instant of %d is one that calendars know', (ms) => {
    expect(Number.isNaN(Date.parse(instant(ms)))).toBe(false);
  });
});

describe('series', () => {
  it('show a sample once at its own time, and a gap as a gap', () => {
    const history = [
      point(T, { cpu: 0.5, cpuAt: T }),
      point(T + 15_000, { cpu: 0.6, cpuAt: T + 15_000 }),
      point(T + 30_000, { cpu: 0.6, cpuAt: T + 15_000 }),
      point(T + 45_000),
      point(T + 60_000),
      point(T + 200_000, { cpu: 0.7, cpuAt: T + 200_000 }),
    ];
    const [cpu] = seriesOf(view(), history, { from: T, to: T + 300_000 });
    expect(cpu?.points).toEqual([
      [T, 50],
      [T + 15_000, 60],
      [T + 45_000, null],
      [T + 200_000, 70],
    ]);
  });

  it('of a day stay within what a chart can draw', () => {
    const history = Array.from({ length: 5_760 }, (_, n) =>
      point(T + n * 15_000, { cpu: (n % 97) / 100, cpuAt: T + n * 15_000 }),
    );
    const all = seriesOf(view(), history, { from: 0, to: Number.MAX_SAFE_INTEGER });
    expect(all.every(({ points }) => points.length <= 2_000)).toBe(true);
    expect(Math.max(...(all[0]?.points.map(([, value]) => value ?? 0) ?? []))).toBe(96);
  });
});

describe('why, in one sentence', () => {
  const late = Array.from({ length: 25 }, (_, n) =>
    point(T - 360_000 + n * 15_000, { overAlarm: true, missed: ['latency_p95'] }),
  );
  it.each([
    {
      what: 'two signals over their limits at the maximum',
      seen: view({
        workload: calmWorkload({ replicas: 10, ready: 10 }),
        assessment: hotAssessment({
          at: T,
          signals: [
            signal('cpu', { value: 0.84, upAbove: 0.8 }),
            signal('latency_p95', { value: 236, upAbove: 200 }),
            signal('error_rate', { upAbove: 0.01 }),
          ],
        }),
      }),
      text: 'CPU 84% (limit 80%) and p95 latency 236 ms (limit 200 ms) are over for 6 min; all 10 replicas that the blueprint allows are running.',
    },
    {
      what: 'nothing over its limit',
      seen: view({ assessment: hotAssessment({ at: T, signals: [signal('cpu', { value: 0.43, upAbove: 0.8 })] }) }),
      text: 'Nothing is over its limit now: CPU 43% (limit 80%).',
    },
    {
      what: 'nothing measured',
      seen: view({ assessment: hotAssessment({ signals: [signal('cpu', { state: 'stale' })] }) }),
      text: 'Nothing is measured now: no signal of this service is fresh.',
    },
    {
      what: 'pods that crash',
      seen: view({
        workload: calmWorkload({ ready: 0 }),
        assessment: hotAssessment({ anomaly: 'pods crash (CrashLoopBackOff)\u001b[31m' }),
      }),
      text: '0 of at least 2 pods ready: pods crash (CrashLoopBackOff).',
    },
  ])('of $what', ({ seen, text }) => {
    expect(whySentence(seen, late)).toBe(text);
  });
});
