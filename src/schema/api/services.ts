import { z } from 'zod';
import { ApprovalSummary } from './approvals.ts';
import { Instant, LimitRail, Series, Verdict } from './common.ts';

export const ServiceState = z.enum(['healthy', 'breached', 'blind', 'missing', 'refused']);

export const BreakerView = z.object({
  state: z.enum(['closed', 'open', 'half-open', 'held', 'frozen']),
  failures: z.number().int(),
  until: Instant.optional(),
  text: z.string(),
});
export type BreakerView = z.infer<typeof BreakerView>;

export const HoldView = z.object({
  kind: z.enum(['pause', 'stop']),
  what: z.string(),
  scope: z.string(),
  by: z.string(),
  reason: z.string(),
  at: Instant,
});
export type HoldView = z.infer<typeof HoldView>;

export const ServiceSummary = z.object({
  namespace: z.string(),
  name: z.string(),
  target: z.string(),
  state: ServiceState,
  stateText: z.string(),
  priority: z.string(),
  criticality: z.string(),
  autonomy: z.enum(['observe', 'propose', 'autonomous']),
  cpu: z.string().optional(),
  latency: z.string().optional(),
  cpuSeries: Series.optional(),
  rail: LimitRail.optional(),
  breaker: BreakerView,
  holds: z.array(HoldView),
  last: z.object({ name: z.string(), verdict: Verdict, text: z.string(), at: Instant }).optional(),
  waiting: z.number().int(),
  /** The one in force. */
  blueprint: z.object({ version: z.string(), hash: z.string() }).optional(),
  /** What is wrong with a newer version, which was refused. */
  fault: z.string().optional(),
});
export type ServiceSummary = z.infer<typeof ServiceSummary>;

export const ServiceList = z.object({
  items: z.array(ServiceSummary),
  counts: z.object({
    services: z.number().int(),
    breached: z.number().int(),
    blind: z.number().int(),
    breakersOpen: z.number().int(),
    waiting: z.number().int(),
  }),
  capacity: z.string().optional(),
});
export type ServiceList = z.infer<typeof ServiceList>;

export const DecisionSummary = z.object({
  namespace: z.string(),
  name: z.string(),
  service: z.string(),
  what: z.string(),
  verdict: Verdict,
  phase: z.string(),
  reason: z.string(),
  message: z.string(),
  by: z.string(),
  at: Instant,
});
export type DecisionSummary = z.infer<typeof DecisionSummary>;

export const ServiceDetail = ServiceSummary.extend({
  series: z.array(Series),
  /** Decisions to mark on the time axis, newest first. */
  decisions: z.array(DecisionSummary),
  open: z.array(ApprovalSummary),
  limits: z.array(z.object({ name: z.string(), value: z.string() })),
  safety: z.array(z.object({ name: z.string(), value: z.string(), text: z.string() })),
  problems: z.array(z.string()),
});
export type ServiceDetail = z.infer<typeof ServiceDetail>;

/** Pausing needs no reason. `hold-breaker` is for a service alone. */
export const PauseBody = z.strictObject({
  action: z.enum(['pause', 'stop', 'hold-breaker']),
  what: z.enum(['all', 'downs', 'ups']).optional(),
  reason: z.string().max(500).optional(),
});
export type PauseBody = z.infer<typeof PauseBody>;

/** Resuming wants one. `change` names the failed undo whose freeze is lifted as well. */
export const ResumeBody = z.strictObject({
  action: z.enum(['resume', 'release-breaker']),
  change: z.string().max(120).optional(),
  reason: z.string().trim().min(1).max(500),
});
export type ResumeBody = z.infer<typeof ResumeBody>;

export const BlueprintVersion = z.object({
  version: z.string(),
  hash: z.string(),
  at: Instant,
  state: z.enum(['in force', 'accepted', 'refused']),
  text: z.string(),
  spec: z.string(),
});
export type BlueprintVersion = z.infer<typeof BlueprintVersion>;
