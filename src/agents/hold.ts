import { z } from 'zod';
import { Reason } from '../tools/reason.ts';
import type { AnswerTool } from './answer/answerTool.ts';

/** "Do nothing now". */
export const HOLD = {
  name: 'hold',
  summary: 'Change nothing now. Use it when no change is needed, or when a person must look.',
  input: z.strictObject({ reason: Reason }),
} as const satisfies AnswerTool;
