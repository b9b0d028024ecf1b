import { z } from 'zod';

/** The agent's words for a change: recorded as words, read by no rule. */
export const Reason = z
  .string()
  .trim()
  .min(1, 'say in one sentence why')
  .max(1000)
  .describe('Why, in one sentence with the numbers that decided.');
