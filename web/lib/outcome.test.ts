import { describe, expect, it } from 'vitest';
import { endedHow, pastOf, raiseText, splitOutcome } from './outcome.ts';

describe('how it ended', () => {
  it.each([
    ['Succeeded: verified, can still be undone', 'good', 'Succeeded'],
    ['RolledBack: p95 reached 280 ms', 'undone', 'Rolled back'],
    ['approved once by sre-2; RolledBack: p95 too high', 'undone', 'Approved once by sre-2; rolled back'],
    ['rejected: the undo would have been verified', 'none', 'Rejected'],
    ['no answer in time', 'waiting', 'No answer in time'],
    ['Superseded: other values', 'moved', 'Superseded'],
  ] as const)('%s is %s, by its first words alone', (outcome, how, head) => {
    expect([endedHow(outcome), splitOutcome(outcome).head]).toEqual([how, head]);
  });
});

describe('what a raise changes', () => {
  const version = [
    { sign: '-', text: 'version: 1.4.0' },
    { sign: '+', text: 'version: 1.5.0' },
  ] as const;

  it('names the limit, not only the version', () => {
    const diff = [
      ...version,
      { sign: '-', text: '  max_replicas: 5' },
      { sign: '+', text: '  max_replicas: 6' },
    ] as const;
    expect(raiseText({ from: '1.4.0', to: '1.5.0', diff: [...diff] })).toBe('max_replicas 5 → 6, version 1.5.0');
  });

  it('reads a path as well', () => {
    const diff = [
      { sign: '-', text: 'spec.scaling.max_replicas: 5' },
      { sign: '+', text: 'spec.scaling.max_replicas: 6' },
    ] as const;
    expect(raiseText({ from: '1.4.0', to: '1.5.0', diff: [...diff] })).toBe('max_replicas 5 → 6, version 1.5.0');
  });

  it('falls back on the versions', () => {
    expect(raiseText({ from: '1.4.0', to: '1.5.0', diff: [...version] })).toBe('version 1.4.0 → 1.5.0');
  });
});

describe('what was asked before', () => {
  it.each([
    ['nothing', [], 'Never asked before', 'clock'],
    ['what stood', ['approved once by sre-1; Succeeded: verified'], 'Asked 1 time before, none undone', 'verified'],
    [
      'what was taken back, which gets no tick',
      ['approved once by sre-1; Succeeded: verified', 'approved once by sre-2; RolledBack: p95'],
      'Asked 2 times before, 1 undone',
      'undone',
    ],
  ])('of %s', (_, outcomes, text, icon) => expect(pastOf(outcomes)).toEqual({ text, icon }));
});
