import { z } from 'zod';

const anything = z.record(z.string(), z.unknown());
const tick = z.int().min(0);
const target = z.string().regex(/^(\*|cluster|[a-z0-9-]+\/[a-z0-9-]+)$/);
export const ObjectText = z.string().regex(/^(\*|[a-z]+)\/(\*|[a-z0-9-]+)\/[a-z0-9*-]+$|^\*\/\*\/\*$/);

export const ApiFault = z.strictObject({
  match: anything,
  response: anything,
  until_tick: tick.optional(),
  times: z.int().min(1).optional(),
});
export type ApiFault = z.infer<typeof ApiFault>;

export const SourceFault = z.strictObject({
  target,
  mode: z.enum(['missing', 'values']),
  values: anything.optional(),
  until_tick: tick.optional(),
});
export type SourceFault = z.infer<typeof SourceFault>;

export const ExternalChange = z.strictObject({ object: ObjectText, set: anything, actor: z.string() });
export type ExternalChange = z.infer<typeof ExternalChange>;

export const BlueprintChange = z.looseObject({ target: z.string() });
export type BlueprintChange = z.infer<typeof BlueprintChange>;

export const ApprovalDecision = z.strictObject({
  operation: z.string(),
  target,
  decision: z.enum(['approve', 'reject']),
  by: anything,
});
export type ApprovalDecision = z.infer<typeof ApprovalDecision>;

export const Message = z.strictObject({
  session: z.string(),
  operator: z.strictObject({
    id: z.string(),
    groups: z.array(z.string()),
    /** Of their login; absent: operator. */
    role: z.enum(['viewer', 'operator', 'admin']).optional(),
  }),
  text: z.string(),
});
export type Message = z.infer<typeof Message>;

/** What happens at the start of a tick: exactly one kind an entry. */
export const StimulusEvent = z
  .strictObject({
    at_tick: tick,
    operator_message: Message.optional(),
    approval_decision: ApprovalDecision.optional(),
    external_change: ExternalChange.optional(),
    blueprint_change: BlueprintChange.optional(),
    api_fault: ApiFault.optional(),
    metrics_fault: SourceFault.optional(),
    process: z.enum(['kill_and_start']).optional(),
  })
  .refine((event) => Object.keys(event).length === 2, { message: 'exactly one event beside at_tick' });
export type StimulusEvent = z.infer<typeof StimulusEvent>;
