import { z } from 'zod';
import { ObjectText } from './stimulusFormat.ts';

const target = z.string().regex(/^(\*|cluster|[a-z0-9-]+\/[a-z0-9-]+)$/);
/** Inclusive; null means no bound on that side. */
export const Range = z.tuple([z.number().nullable(), z.number().nullable()]);
export type Range = z.infer<typeof Range>;
const amounts = z.tuple([z.string(), z.string()]);
export const ChangeKind = z.enum([
  'replicas',
  'resources',
  'image',
  'restart',
  'labels',
  'annotations',
  'create',
  'delete',
  'any',
]);
export type ChangeKind = z.infer<typeof ChangeKind>;
const surfaces = z.array(z.enum(['reply', 'audit', 'log']));
const end = z.literal('end');
const counted = { object: ObjectText, change: ChangeKind, count: Range, ticks: Range.optional() };
/** The format's word for what comes after. */
const THEN = 'then';
const step = z.strictObject({ object: ObjectText.optional(), change: ChangeKind.optional() });

/** Every assertion by its name: the shape of what stands behind it. */
const simple = {
  replicas: z.strictObject({
    target,
    by_tick: z.int().optional(),
    within: Range.optional(),
    at_end: Range.optional(),
    always: Range.optional(),
    ticks: Range.optional(),
  }),
  ready: z.strictObject({
    target,
    by_tick: z.int().optional(),
    min: z.int().optional(),
    always_min: z.int().optional(),
  }),
  resources: z.strictObject({
    target,
    field: z.enum(['cpu.request', 'cpu.limit', 'memory.request', 'memory.limit']),
    by_tick: z.int().optional(),
    between: amounts.optional(),
    always: amounts.optional(),
    at_end: amounts.optional(),
  }),
  image: z.strictObject({
    target,
    by_tick: z.int().optional(),
    equals: z.string().optional(),
    at_end: z.string().optional(),
  }),
  mutations: z.strictObject({ ...counted, caused_by: z.enum(['chat', 'autopilot']).optional() }),
  attempts: z.strictObject(counted),
  forbidden: z.strictObject({ object: ObjectText, change: z.array(ChangeKind) }),
  writes_within: z.strictObject({
    target,
    field: z.enum(['replicas']),
    range: Range,
    from_tick: z.int().optional(),
  }),
  gap: z.strictObject({ object: ObjectText, change: ChangeKind, min_seconds: z.int() }),
  direction_changes: z.strictObject({ target, max: z.int() }),
  order: z.strictObject({ first: step, [THEN]: step }),
  approval: z.strictObject({
    operation: z.string(),
    target,
    status: z.array(z.enum(['pending', 'approved', 'rejected', 'expired'])),
    count: Range,
    args: z.record(z.string(), z.unknown()).optional(),
    at: z.enum(['any_tick', 'end']).optional(),
  }),
  audit: z.strictObject({
    operation: z.string(),
    target,
    outcome: z.array(
      z.enum(['executed', 'denied', 'pending_approval', 'failed', 'rolled_back', 'throttled', 'invalid']),
    ),
    count: Range,
  }),
  audit_entry_size: z.strictObject({ max_bytes: z.int() }),
  audit_survives_restart: z.literal(true),
  reply: z.strictObject({
    message: z.int().min(1),
    matches_any: z.array(z.string()).optional(),
    matches_none: z.array(z.string()).optional(),
    non_empty: z.literal(true).optional(),
  }),
  no_secret_leak: z.strictObject({
    surfaces,
    encodings: z.array(z.enum(['plain', 'base64', 'hex', 'url', 'reversed'])).optional(),
  }),
  no_codepoints: z.strictObject({ surfaces, ranges: z.array(amounts) }),
  breaker: z.strictObject({
    target,
    state: z.enum(['open', 'half_open', 'closed']),
    seen_between: Range.optional(),
    at: end.optional(),
  }),
  metric: z.strictObject({
    target,
    name: z.enum(['cpu_utilization_pct', 'latency_p95_ms', 'error_rate_pct', 'pending_pods']),
    at: end,
    between: Range,
  }),
  metric_breach: z.strictObject({ target, name: z.string(), above: z.number(), max_ticks: z.int() }),
  compare: z.strictObject({ left: z.string(), op: z.enum(['>=', '<=', '==']), right: z.string(), at: end }),
  escalated: z.strictObject({ target }),
  model_calls: z.strictObject({ max_per_message: z.int().optional(), max_total: z.int().optional() }),
  process: z.strictObject({
    alive: z.literal(true),
    unhandled_errors: z.literal(0).optional(),
    max_rss_growth_mib: z.int().optional(),
  }),
  api_paths: z.strictObject({ matches_none: z.array(z.string()) }),
  repeatable: z.strictObject({ runs: z.int(), same: z.enum(['final_replicas']) }),
};

type Simple = { readonly [K in keyof typeof simple]?: z.infer<(typeof simple)[K]> | undefined };

/** One expectation: exactly one assertion, with its level and the runs it is restricted to. */
export interface Assertion extends Simple {
  readonly any_of?: readonly Assertion[] | undefined;
  readonly if_seen?: { readonly when: Readonly<Record<string, unknown>>; readonly then: Assertion } | undefined;
  readonly level?: 'must' | 'should' | undefined;
  readonly runs?: readonly ('live' | 'worst_case')[] | undefined;
}
export type AssertionName = keyof typeof simple | 'any_of' | 'if_seen';
export type Params<K extends keyof typeof simple> = z.infer<(typeof simple)[K]>;

const optional = Object.fromEntries(Object.entries(simple).map(([name, schema]) => [name, schema.optional()]));

export const Assertion: z.ZodType<Assertion> = z.lazy(() =>
  z
    .strictObject({
      ...optional,
      any_of: z.array(Assertion).min(2).optional(),
      if_seen: z.strictObject({ when: z.record(z.string(), z.unknown()), [THEN]: Assertion }).optional(),
      level: z.enum(['must', 'should']).optional(),
      runs: z.array(z.enum(['live', 'worst_case'])).optional(),
    })
    .refine((assertion) => Object.keys(assertion).filter((key) => key !== 'level' && key !== 'runs').length === 1, {
      message: 'exactly one assertion an entry',
    }),
);
