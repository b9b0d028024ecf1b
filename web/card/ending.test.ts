import { describe, expect, it } from 'vitest';
import { endingOf } from './ending.ts';

describe('a rejected request', () => {
  it.each([
    ['agent', '“no” Nothing changed. The agent reads why and does not ask again at once.'],
    ['person', '“no” Nothing changed.'],
  ] as const)('of %s says what that means for whoever asked', (kind, text) => {
    const vote = { by: 'omar', vote: 'reject', counts: true, comment: 'no', at: '2026-01-05T12:00:00Z' } as const;
    const card = {
      phase: 'Rejected',
      given: [vote],
      requester: { kind, name: 'x' },
      decideBy: '2026-01-05T12:30:00Z',
      service: 'web',
      before: '2 replicas',
    } as const;
    expect(endingOf({ ...card, given: [...card.given] })).toMatchObject({ title: 'Rejected by omar', text });
  });
});
