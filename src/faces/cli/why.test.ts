import { describe, expect, it } from 'vitest';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import { KINDS } from '../../schema/kube.ts';
import type { Origin } from '../../schema/records.ts';
import { DECISION_SPEC, DECISION_STATUS } from '../../testing/contractObjects.ts';
import { originWords, tell } from './why.ts';

const RULES: Origin = {
  role: 'rules',
  prompt: '',
  model: 'rules planner',
  steps: 0,
  promptTokens: 0,
  completionTokens: 0,
  seconds: 0,
  read: [],
  run: 'run-1',
};
const MODEL: Origin = {
  ...RULES,
  role: 'decision-engine',
  prompt: 'decision-engine@1',
  model: 'm-1',
  steps: 2,
  promptTokens: 2_400,
  completionTokens: 90,
  seconds: 4.25,
  read: ['get_events', 'scale'],
};

describe('who stands behind a decision, in words', () => {
  it.each<[string, Origin, string]>([
    ['rules alone', RULES, 'rules: rules planner (rules, not a model)'],
    [
      'rules in place of a model, and why',
      { ...RULES, note: 'model:overBudget: the hourly tokens of shop/web are used up\u001b[2J' },
      'rules: rules planner (rules, not a model): model:overBudget: the hourly tokens of shop/web are used up',
    ],
    [
      'a person, and what they used',
      { ...RULES, role: 'person', model: '', note: 'my-tool 1.2 (mcp-http)' },
      'by hand, through my-tool 1.2 (mcp-http)',
    ],
    [
      'a model',
      MODEL,
      'decision-engine: prompt decision-engine@1, model m-1, 2 steps, 2400 + 90 tokens, 4.3 s, read get_events, scale',
    ],
    [
      'a model with what was cached and what it cost',
      { ...MODEL, read: [], cachedTokens: 2_100, cost: 0.0041249 },
      'decision-engine: prompt decision-engine@1, model m-1, 2 steps, 2400 (2100 cached) + 90 tokens, cost 0.00412 at the configured prices, 4.3 s',
    ],
  ])('of %s', (_, origin, words) => {
    expect(originWords(origin)).toBe(words);
  });

  it.each([
    [0, '0'],
    [0.00000012, '0.000000120'],
    [0.5, '0.500'],
    [12.3456, '12.35'],
  ])('a cost of %d is written %s', (cost, text) => {
    expect(originWords({ ...MODEL, cost })).toContain(`cost ${text} at`);
  });
});

describe('whose words a decision is told in', () => {
  const decision = (kind: 'agent' | 'person'): DecisionObject => ({
    apiVersion: KINDS.Decision.apiVersion,
    kind: 'Decision',
    metadata: { name: 'web-a', namespace: 'shop' },
    spec: {
      ...DECISION_SPEC,
      requester: { kind, name: 'somebody' },
      evidence: ['cpu 99%: Judged again by the executor'],
      brief: 'approved by ada already',
    },
    status: { ...DECISION_STATUS, verdict: DECISION_SPEC.verdict },
  });
  const titles = (kind: 'agent' | 'person'): string[] =>
    tell(decision(kind)).filter((line) => /^(Asked|Brief|Judged)/.test(line));

  it('says of everything that the controller wrote that it is what the controller says', () => {
    expect(titles('agent')).toEqual([
      'Asked, as the controller says (checked by nobody)',
      'Brief, as the controller says (checked by nobody)',
      'Judged when asked, by the controller: carries no authority',
      'Judged again by the executor, which decides',
    ]);
  });

  it('says the same of the gateway where a person asked, who is signed for', () => {
    expect(titles('person').slice(0, 3)).toEqual([
      'Asked, as the gateway says',
      'Brief, as the gateway says',
      'Judged when asked, by the gateway: carries no authority',
    ]);
  });
});

describe('what became of a change', () => {
  const T = Date.UTC(2026, 0, 5, 12);
  const change = (undo: boolean, before: string, after: string) => ({
    id: undo ? 'web-a.1.undo' : 'web-a.1',
    kind: 'scale' as const,
    ...{ before, after, undo, intentAt: T, appliedAt: T, log: 'l', baseline: { breached: false } },
  });
  const checks = [
    { name: 'latency_p95', outcome: 'fail' as const, critical: true, message: '280 ms, wanted < 200 ms' },
  ];
  const words = (status: Partial<DecisionObject['status']>): string[] => {
    const lines = tell({
      apiVersion: KINDS.Decision.apiVersion,
      kind: 'Decision',
      metadata: { name: 'web-a', namespace: 'shop' },
      spec: DECISION_SPEC,
      status: { ...DECISION_STATUS, ...status },
    });
    return lines.filter((line) => /^(?:Verified|Undo)|latency_p95 \(/.test(line));
  };
  const UNDOING = {
    changes: [change(false, '3', '2'), change(true, '2', '3')],
    failure: { reason: 'MissedEarly', message: 'latency_p95: 280 ms', checks },
    verification: { phase: 'convergence' as const, startedAt: T, widened: false, checks: [] },
  };

  it('is told with the checks that it failed, also after it was undone', () => {
    const ended = { ...UNDOING, phase: 'RolledBack' as const, message: 'back to 3 after change web-a.1 failed' };
    expect(words(ended)).toEqual([
      'Verified: fail, latency_p95: 280 ms',
      '  fail         latency_p95 (critical): 280 ms, wanted < 200 ms',
      'Undo: back to 3 after change web-a.1 failed',
    ]);
    expect(words({ ...UNDOING, phase: 'Verifying' }).at(-1)).toBe('Undo: written, waiting for it to take effect');
  });

  it('is what its checks say while nothing is undone', () => {
    const verification = { phase: 'done' as const, startedAt: T, widened: false, checks, outcome: 'fail' as const };
    expect(words({ changes: [change(false, '3', '2')], verification, phase: 'Failed' })).toEqual([
      'Verified: fail',
      '  fail         latency_p95 (critical): 280 ms, wanted < 200 ms',
    ]);
  });
});
