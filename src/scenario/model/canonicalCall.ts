import { isObject } from '../loose.ts';

/** Canonical reads, and the tool that answers each: of the product's own agents, and of the MCP server that a chat works with. */
export const READS: ReadonlyMap<string, { readonly agent: string; readonly chat: string }> = new Map([
  ['get_metrics', { agent: 'get_metrics', chat: 'fairlead_evidence' }],
  ['get_status', { agent: 'get_workload', chat: 'fairlead_service' }],
  ['get_logs', { agent: 'get_logs', chat: 'fairlead_evidence' }],
]);

/** Canonical changes that the product has a tool for, by the name of that tool. */
export const CHANGES: ReadonlySet<string> = new Set([
  'scale',
  'scale_to_zero',
  'restart_pods',
  'adjust_resources',
  'rollback',
]);

/** The reason that changes demand and scripts do not give. */
export const REASON = 'as scripted';

export interface CanonicalArguments {
  /** One `service` as `namespace/name`; nothing where the call names none. */
  readonly about: { readonly service?: unknown };
  readonly rest: Readonly<Record<string, unknown>>;
}

/** undefined: the arguments are no object, and go through as they are. */
export function canonicalArguments(args: unknown): CanonicalArguments | undefined {
  if (!isObject(args)) return undefined;
  const { namespace, service, ...rest } = args;
  const whole = typeof namespace === 'string' && typeof service === 'string' ? `${namespace}/${service}` : service;
  return { about: whole === undefined ? {} : { service: whole }, rest };
}
