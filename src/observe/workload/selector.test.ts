import { describe, expect, it } from 'vitest';
import { selects } from './selector.ts';

const LABELS = { app: 'web', tier: 'front' };

describe('selects', () => {
  it.each<[string, unknown, boolean]>([
    ['an absent selector selects nothing', undefined, false],
    ['null selects nothing', null, false],
    ['an empty selector selects everything', {}, true],
    ['equal labels', { matchLabels: { app: 'web' } }, true],
    ['another value', { matchLabels: { app: 'api' } }, false],
    ['a label that is not there', { matchLabels: { zone: 'a' } }, false],
    ['In with the value', { matchExpressions: [{ key: 'app', operator: 'In', values: ['api', 'web'] }] }, true],
    ['In without it', { matchExpressions: [{ key: 'app', operator: 'In', values: ['api'] }] }, false],
    ['In of a label that is not there', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, false],
    ['NotIn with the value', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
    [
      'NotIn of a label that is not there',
      { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] },
      true,
    ],
    ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
    ['Exists of a label that is not there', { matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
    ['DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
    [
      'all must hold',
      { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
      false,
    ],
    [
      'an operator that nobody knows counts as selecting',
      { matchExpressions: [{ key: 'app', operator: 'Near' }] },
      true,
    ],
  ])('%s', (_name, selector, expected) => {
    expect(selects(selector, LABELS)).toBe(expected);
  });
});
