import { describe, expect, it } from 'vitest';
import { decide } from '../../../policy/decide.ts';
import { CLOSED } from '../../../schema/counters.ts';
import type { JournalEntry } from '../../../schema/journal.ts';
import type { GateInput } from '../../../schema/verdict.ts';
import { calmInput } from '../../../testing/gateInput.ts';
import { Fold } from './fold.ts';

const call = (input: GateInput): JournalEntry => ({
  kind: 'call',
  subject: 'web-a',
  data: { input, verdict: decide(input).verdict },
});
const now = calmInput({}).now;
const broken = calmInput({});
const blocked: GateInput = {
  ...broken,
  counters: {
    operations: [],
    reverts: 0,
    optionalBreaker: CLOSED,
    ...broken.counters,
    breaker: { state: 'open', failures: 3, opens: 1, until: now + 60_000 },
  },
};

describe('Fold', () => {
  it('always tells what waits, whatever is folded', () => {
    const told = new Fold({ verbose: false }).lines('controller', call(blocked));
    expect(told).toContainEqual(['', 'G19 BreakerOpen: the breaker is open after 3 failures']);
  });

  it.each([
    { when: 'is the same', second: blocked, says: 'web: the executor, on fresh state: the same' },
    { when: 'has changed', second: { ...blocked, now: now + 61_000 }, says: /^web: by now / },
  ])('tells the second decision on a request shortly where it $when', ({ second, says }) => {
    const fold = new Fold({ verbose: false });
    const [[word] = []] = fold.lines('controller', call(blocked));
    const [[again, text] = []] = fold.lines('executor', call(second));
    expect([word, again]).toEqual(['proposed', 'again']);
    expect(text).toEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  });

  it('tells what is forbidden once: nothing comes of it', () => {
    const authority = { allowed: [], requiresApproval: [], forbidden: ['scale_within_limits'] as const };
    const forbidden = calmInput({ blueprint: { authority } });
    const [quiet, wordy] = [new Fold({ verbose: false }), new Fold({ verbose: true })];
    expect(quiet.lines('controller', call(forbidden))).toContainEqual(['gate', 'forbidden']);
    wordy.lines('controller', call(forbidden));
    expect(quiet.lines('executor', call(forbidden))).toEqual([]);
    expect(wordy.lines('executor', call(forbidden))).toEqual([
      ['again', 'web: the executor, on fresh state: the same'],
    ]);
  });

  const observed = (...evidence: string[]): JournalEntry => ({
    kind: 'observed',
    subject: 'run-a',
    data: { service: 'shop/web', evidence },
  });
  const busy = observed('cpu 85% (target 70%), 2 of 2 pods', 'analysis alone: up (3 replicas)');

  it('tells once what several roles begin from', () => {
    const fold = new Fold({ verbose: false });
    const told = [
      ['seen', 'web: CPU 85% (target 70%)'],
      ['analysis', 'up (3 replicas)'],
    ];
    expect([fold.lines('controller', busy), fold.lines('controller', busy)]).toEqual([told, []]);
    fold.lines('controller', call(blocked));
    expect(fold.lines('controller', busy)).toEqual(told);
  });

  it('tells evidence without a signal only when asked for every note', () => {
    const news = observed('scaling.max_replicas: 5 to 6 (wider)');
    expect(new Fold({ verbose: false }).lines('controller', news)).toEqual([]);
    expect(new Fold({ verbose: true }).lines('controller', news)).toEqual([
      ['seen', 'web'],
      ['', 'scaling.max_replicas: 5 to 6 (wider)'],
    ]);
  });

  it.each([
    { verbose: false, wanted: false },
    { verbose: true, wanted: true },
  ])('tells the notes of an allowed request: $wanted, with verbose $verbose', ({ verbose, wanted }) => {
    const told = new Fold({ verbose }).lines('controller', call(calmInput({})));
    const notes = decide(calmInput({})).verdict.findings.filter(({ effect }) => effect === 'note');
    expect(notes.length).toBeGreaterThan(0);
    expect(told.some(([, text]) => text.includes(notes[0]?.code ?? '-'))).toBe(wanted);
  });
});
