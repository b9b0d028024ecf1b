import { expect, it } from 'vitest';
import { changeRecord } from '../../../test/stages/executorParts.ts';
import { calmWorkload } from '../../testing/gateInput.ts';
import type { Seen } from '../decideAgain.ts';
import { isToldOtherwise } from './overtaken.ts';

const CHANGE = changeRecord();
const SAME = {
  id: CHANGE.id,
  decision: 'web-b',
  did: 'as it was',
  before: CHANGE.before,
  after: CHANGE.after,
  at: '2026-01-05T00:00:00Z',
  log: 'unlogged',
  undo: CHANGE.undo,
};

it.each([
  ['tells the same', SAME, false],
  ['tells another value before', { ...SAME, before: '1' }, true],
  ['tells another value after', { ...SAME, after: '9' }, true],
  ['tells of an undo', { ...SAME, undo: !CHANGE.undo }, true],
  ['is of another change', { ...SAME, id: 'web-c.1', before: '1' }, false],
  ['is not there', undefined, false],
])('an annotation that %s: %s', (_, lastChange, otherwise) => {
  const workload = { ...calmWorkload(), ...(lastChange && { lastChange }) };
  expect(isToldOtherwise({ workload } as Seen, CHANGE)).toBe(otherwise);
});
