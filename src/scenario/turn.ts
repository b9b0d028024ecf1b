import { z } from 'zod';

const anything = z.record(z.string(), z.unknown());

export const CanonicalCall = z.strictObject({ operation: z.string(), args: anything });
export type CanonicalCall = z.infer<typeof CanonicalCall>;

/** One answer of the played model: exactly one kind. */
export const Turn = z
  .strictObject({
    say: z.string().optional(),
    call: z.array(CanonicalCall).optional(),
    raw_call: anything.optional(),
    repeat: anything.optional(),
    http: anything.optional(),
    http_forever: anything.optional(),
    hang: anything.optional(),
    empty: z.literal(true).optional(),
    finish: anything.optional(),
    stream_cut: anything.optional(),
    stream_error: anything.optional(),
    stream_no_done: anything.optional(),
  })
  .refine((turn) => Object.keys(turn).length === 1, { message: 'exactly one kind of answer in a turn' });
export type Turn = z.infer<typeof Turn>;
