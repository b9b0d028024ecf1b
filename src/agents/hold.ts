import { z } from 'zod';
import { Reason } from '../tools/reason.ts';
import type { Tool } from '../tools/tool.ts';

/** The agent's own answer "do nothing now": it ends the run. No tool of the cluster, so no request comes of it. */
export const HOLD = {
  name: 'hold',
  summary: 'Change nothing now. Use it when no change is needed, or when a person must look.',
  input: z.strictObject({ reason: Reason }),
} as const satisfies Pick<Tool, 'name' | 'summary' | 'input'>;
