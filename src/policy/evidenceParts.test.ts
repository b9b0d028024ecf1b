import { describe, expect, it } from 'vitest';
import type { Signal } from '../schema/assessment.ts';
import { calmInput, NOON, said, signal } from '../testing/gateInput.ts';
import { podOf, resourcesTo, templateChange } from '../testing/templateChanges.ts';
import { decide } from './decide.ts';
import { emptiness, staleness, thinness } from './evidence.ts';
import { changeFactsOf, factsOf } from './facts.ts';

/** A signal without one of its parts. */
function bare(name: Signal['name'], key: 'value' | 'sampleAt', overrides: Partial<Signal> = {}): Signal {
  const { [key]: _, ...rest } = signal(name, overrides);
  return rest;
}

describe('what is wrong with a signal', () => {
  it.each<{ when: string; given: Signal; age?: string; value?: string; pods?: string }>([
    { when: 'all is there', given: signal('latency_p95') },
    { when: 'a fresh one has no time', given: bare('latency_p95', 'sampleAt'), age: 'stale' },
    {
      when: 'a missing one has no time',
      given: bare('latency_p95', 'sampleAt', { state: 'missing' }),
      value: 'missing',
    },
    { when: 'a fresh one has no value', given: bare('latency_p95', 'value'), value: 'missing' },
    { when: 'a stale one has no value', given: bare('latency_p95', 'value', { state: 'stale' }), age: 'stale' },
    {
      when: 'an implausible one has no value',
      given: bare('latency_p95', 'value', { state: 'implausible' }),
      value: 'implausible',
    },
    { when: 'errors are exactly all', given: signal('error_rate', { value: 1 }) },
    { when: 'errors are more than all', given: signal('error_rate', { value: 1.001 }), value: 'implausible' },
    { when: 'CPU does not say of how many pods', given: signal('cpu', { ready: 2 }), pods: 'unknown' },
    { when: 'CPU does not say how many pods are ready', given: signal('cpu', { covered: 2 }), pods: 'unknown' },
    { when: 'latency says one half of its coverage', given: signal('latency_p95', { ready: 2 }) },
    { when: 'latency says the other half', given: signal('latency_p95', { covered: 0 }) },
    {
      when: 'latency has samples of too few',
      given: signal('latency_p95', { covered: 1, ready: 2 }),
      pods: 'uncovered',
    },
  ])('is $age, $value, $pods where $when (GATE-G5-1)', ({ given, age, value, pods }) => {
    const facts = changeFactsOf(factsOf(calmInput()));
    if (facts === undefined) throw new TypeError('the calm input is a change');
    expect([staleness(given, facts), emptiness(given), thinness(given)]).toEqual([age, value, pods]);
    expect(given.sampleAt ?? NOON).toBeLessThanOrEqual(NOON);
  });

  it('counts for nothing only where no pod is ready and their states are the evidence (GATE-G5-3)', () => {
    const given = (ready: number) =>
      decide(
        calmInput(
          templateChange(resourcesTo({ memory_limit: '768Mi' }), {
            workload: { ready, pods: [podOf()], rollout: FAILED },
            assessment: { signals: [] },
          }),
        ),
      ).verdict;
    expect(said(given(0), 'G5')).toEqual([]);
    expect(said(given(1), 'G5')).toEqual(['wait NoData', 'wait NoData', 'wait NoData']);
  });
});

/** A rollout whose new pods all fail, seen in two passes: its repair. */
const FAILED = { underWay: true, paused: false, newPods: 1, newPodsReady: 0, newPodsFailing: 1, failingPasses: 2 };
