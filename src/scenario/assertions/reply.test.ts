import { describe, expect, it } from 'vitest';
import type { Params } from '../expectation.ts';
import { modelCalls } from './modelCalls.ts';
import { reply } from './reply.ts';

const said = (text: string) => ({ at: 0, operator: 'dana', text, words: text, modelRequests: 4 });
const seen = { replies: [said('It needs\nApproval by devops.'), undefined, said(' ')], modelRequests: 9 };

describe('what an operator reads', () => {
  it.each<[Omit<Params<'reply'>, 'message'> & { message?: number }, string | undefined]>([
    [{ matches_any: ['nothing', 'needs.*approval'] }, undefined],
    [{ matches_any: ['forbidden'] }, 'it matches none of forbidden'],
    [{ matches_none: ['forbidden'] }, undefined],
    [{ matches_none: ['approval'] }, 'it matches approval'],
    [{ non_empty: true }, undefined],
    [{ non_empty: true, message: 3 }, 'it is empty'],
    [{ non_empty: true, message: 2 }, 'there was no reply to message 2'],
    [{ matches_none: ['x'], message: 4 }, 'there was no reply to message 4'],
  ])('%j', (params, fault) => {
    const faults = reply({ message: 1, ...params }, seen);
    expect(faults).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)]);
  });

  it.each([
    [{ max_per_message: 4, max_total: 9 }, 0],
    [{ max_per_message: 3 }, 2],
    [{ max_total: 8 }, 1],
  ])('took so many requests to the model: %j', (params, faults) => {
    expect(modelCalls(params, seen)).toHaveLength(faults);
  });
});
