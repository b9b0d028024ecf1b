import { z } from 'zod';

/** What the gateway's HTTP API says, in zod: the source of its types, its OpenAPI document and the web pages' types. Instants are RFC 3339, durations ms. */

export const Instant = z.string().max(40);

export const Verdict = z.enum(['allowed', 'restricted', 'forbidden', 'deferred']);
export const Risk = z.enum(['low', 'medium', 'high', 'gravest']);
export type Risk = z.infer<typeof Risk>;

/** One of the gate's findings, in the rule's own words. */
export const FindingView = z.object({
  rule: z.string(),
  /** What the rule is about, in words. */
  about: z.string().optional(),
  code: z.string(),
  effect: z.enum(['forbid', 'restrict', 'wait', 'note']),
  message: z.string(),
  values: z.record(z.string(), z.string()),
});
export type FindingView = z.infer<typeof FindingView>;

/** A verdict with everything that decided it. `passed`: rules that had nothing against it. */
export const VerdictView = z.object({
  verdict: Verdict,
  operation: z.string(),
  headline: z.string(),
  approvers: z.array(z.string()),
  notBefore: Instant.optional(),
  findings: z.array(FindingView),
  passed: z.array(z.string()),
});
export type VerdictView = z.infer<typeof VerdictView>;

/** A signal over time, for a chart. `points` are [ms since the epoch, value] oldest first; a missing value is null. */
export const Series = z.object({
  name: z.string(),
  title: z.string(),
  unit: z.enum(['percent', 'ms', 'per-second', 'replicas']),
  points: z.array(z.tuple([z.number(), z.number().nullable()])).max(2000),
  limits: z.array(z.object({ name: z.string(), value: z.number() })),
  /** Where the last minutes lead if they go on: for people to look at, no rule reads it. `text` says it whole. */
  forecast: z.object({ points: z.array(z.tuple([z.number(), z.number()])).max(2), text: z.string() }).optional(),
  /** Newest value as a person writes it, with its unit; never rounded across a limit. */
  now: z.string(),
  over: z.boolean(),
  source: z.string(),
});
export type Series = z.infer<typeof Series>;

/** Replicas against their limits: one cell each. */
export const LimitRail = z.object({
  current: z.number().int(),
  min: z.number().int(),
  max: z.number().int(),
  ceiling: z.number().int().optional(),
  asked: z.number().int().optional(),
});
export type LimitRail = z.infer<typeof LimitRail>;

/** What a model or a person wrote: shown quoted, as plain text, checked by nobody. */
export const Words = z.object({
  text: z.string(),
  by: z.string(),
  prompt: z.string().optional(),
  model: z.string().optional(),
  tokens: z.number().int().optional(),
  seconds: z.number().optional(),
  cost: z.number().optional(),
});
export type Words = z.infer<typeof Words>;

/** An error of the API: what went wrong and what to do. `code` is stable. */
export const ApiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), fix: z.string().optional() }),
});
export type ApiError = z.infer<typeof ApiError>;
