import { z } from 'zod';
import { VerdictRecord } from '../records.ts';

/** Tools take flat fields; what each of them is checked by the tool. Who asks is who is logged in, and stands in no body. */
const WishArguments = z
  .record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
  .refine((fields) => Object.keys(fields).length <= 16, 'at most 16 fields');

/** A change as somebody words it: the name of its tool, and what the tool takes, the service among it. */
export const WhatIfBody = z.strictObject({ tool: z.string().min(1).max(64), arguments: WishArguments });
export type WhatIfBody = z.infer<typeof WhatIfBody>;

export const RequestBody = WhatIfBody.extend({ reason: z.string().trim().min(1, 'say in one sentence why').max(1000) });
export type RequestBody = z.infer<typeof RequestBody>;

export const WhatIfAnswer = z.object({
  /** Instants in it are ms since the epoch, as in every record. */
  verdict: VerdictRecord,
  headline: z.string(),
  /** What could be asked for instead, each with what the gate says of it. */
  alternatives: z.array(z.string()),
  /** All of it in words that stand alone. */
  text: z.string(),
});
export type WhatIfAnswer = z.infer<typeof WhatIfAnswer>;

const Where = z.object({ namespace: z.string(), name: z.string() });

export const RequestAnswer = WhatIfAnswer.extend({
  /** Absent: no blueprint governs the service, or nobody has to approve it. */
  decision: Where.optional(),
  /** Where people decide, of what is restricted; `page` comes behind the gateway's address. */
  approval: Where.extend({ page: z.string() }).optional(),
  /** The same was asked for before by the same person: nothing new was. */
  again: z.boolean(),
  /** People said no to it lately: who and why, in words, and from when the same may be asked again. Nobody is asked now. */
  rejected: z.object({ message: z.string(), askAgainAt: z.string() }).optional(),
});
export type RequestAnswer = z.infer<typeof RequestAnswer>;
