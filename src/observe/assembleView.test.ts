import { describe, expect, it } from 'vitest';
import { calmBlueprint } from '../testing/gateInput.ts';
import { blueprint, deployment } from '../testing/observedObjects.ts';
import { assembleView, type Parts } from './assembleView.ts';
import { NO_READING } from './readings.ts';

const NOW = Date.UTC(2026, 0, 5);
const around = {
  replicaSets: [],
  pods: [],
  budgets: [],
  hpas: [],
  scaledObjects: [],
  vpas: [],
  quotas: [],
  limitRanges: [],
  nodes: [],
};
const PARTS: Parts = {
  accepted: { object: blueprint(), blueprint: calmBlueprint(), faults: [] },
  global: { faults: [] },
  target: { deployment: deployment(), around, tracker: undefined, at: NOW, isPass: true },
  breakers: { own: undefined, fleet: undefined },
  problems: [],
};

function assemble(parts: Partial<Parts> = {}, reading = () => NO_READING) {
  const errors: object[] = [];
  const log = { info: () => {}, warn: () => {}, error: (fields: object) => errors.push(fields) };
  const history = [
    { at: NOW - 15_000, ready: 1, replicas: 1, overAlarm: false, overTarget: false, usable: false, missed: [] },
  ];
  const { view, history: after } = assembleView({ ...PARTS, ...parts }, { history, reading }, NOW, log);
  return { view, grew: after.length - history.length, errors };
}

describe('assembleView', () => {
  it('weighs what it has', () => {
    const { view, grew } = assemble();
    expect(view.assessment?.at).toBe(NOW);
    expect(grew).toBe(1);
  });

  it('shows a service whose analysis breaks without numbers, says so, and does not throw', () => {
    const { view, grew, errors } = assemble({}, () => {
      throw new Error('odd');
    });
    expect(view).toMatchObject({ name: 'web', matches: 1, problems: ['the analysis failed; see the log'] });
    expect(view.assessment).toBeUndefined();
    expect(grew).toBe(0);
    expect(errors).toMatchObject([{ service: 'shop/web' }]);
  });

  it.each<{ name: string; parts: Partial<Parts>; problem: RegExp }>([
    {
      name: 'an annotation that nobody can read, and no record',
      parts: {
        target: {
          deployment: deployment({ annotations: { 'fairlead.dev/last-change': '{' } }),
          around,
          tracker: undefined,
          at: NOW,
          isPass: true,
        },
      },
      problem: /annotation fairlead\.dev\/last-change of the target cannot be read/,
    },
  ])('has no counters and says why: $name', ({ parts, problem }) => {
    const { view } = assemble(parts);
    expect(view.counters).toBeUndefined();
    expect(view.problems?.join()).toMatch(problem);
  });

  it('says so where somebody else wrote the counters, and believes them no further than they bind (P7)', () => {
    const own = { ...blueprint(), kind: 'CircuitBreaker', status: { reverts: -1 } };
    const { view } = assemble({ breakers: { own, fleet: undefined } });
    expect(view.counters?.spentUntil).toBeGreaterThan(NOW);
    expect(view.problems?.join()).toMatch(/^CircuitBreaker web: somebody else wrote its status/);
  });
});
