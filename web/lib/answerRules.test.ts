import { describe, expect, it } from 'vitest';
import { personOff, worldOff } from './answerRules.ts';

const NOW = Date.parse('2026-11-24T03:10:28Z');
const page = { live: true, current: true, now: NOW };
const card = {
  phase: 'Pending',
  stale: [],
  decideBy: '2026-11-24T03:22:10Z',
  may: { approve: true, raise: true, reject: true },
} as const;

describe('when approving is off', () => {
  it('is on for an open request on a live page', () => expect(worldOff({ ...card, stale: [] }, page)).toBeUndefined());

  it.each([
    ['the request is decided', { phase: 'Rejected' }, {}, /decided/],
    ['the world moved', { stale: [{ what: 'CPU', asked: '84%', now: '71%' }] }, {}, /moved/],
    ['the stream is silent', {}, { live: false }, /not live/],
    ['the last read failed', {}, { current: false }, /could not be read/],
    ['the time is over', {}, { now: Date.parse('2026-11-24T03:22:11Z') }, /over/],
    [
      'the gateway says no, with its words',
      { may: { approve: false, raise: false, reject: false, why: 'you asked for this' } },
      {},
      /you asked/,
    ],
  ] as const)('is off when %s', (_, over, state, words) => {
    const merged = { ...card, stale: [], ...over };
    expect(worldOff({ ...merged, stale: [...merged.stale] }, { ...page, ...state })).toMatch(words);
  });

  it.each([
    ['the diff was not in view', { seen: false, typed: 'cart', comment: 'why' }, /What changes/],
    ['the name is not typed whole', { seen: true, typed: 'car', comment: 'why' }, /Type cart/],
    ['the comment is only spaces', { seen: true, typed: 'cart', comment: '  ' }, /comment/],
  ])('is off for the gravest risk when %s', (_, given, words) => {
    expect(personOff({ asks: { comment: true, typed: 'cart', delayMs: 0 } }, given)).toMatch(words);
  });

  it('asks nothing of a person for a low risk', () => {
    expect(
      personOff({ asks: { comment: false, delayMs: 0 } }, { seen: false, typed: '', comment: '' }),
    ).toBeUndefined();
  });
});
