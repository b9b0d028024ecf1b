import { z } from 'zod';

/** Controls, lone surrogates, bidirectional and zero-width characters: no part of a reason, and a trap in a record or on a page. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]+/gu;

/** The agent's words for a change: recorded as words, read by no rule. */
export const Reason = z
  .string()
  .overwrite((text) => text.replace(INVISIBLE, ' '))
  .trim()
  .min(1, 'say in one sentence why')
  .max(1000)
  .describe('Why, in one sentence with the numbers that decided.');
