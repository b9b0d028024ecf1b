import { isObject } from '../loose.ts';
import type { Rendering } from './rendering.ts';

/** The product's name for a canonical read; effects carry the same name in both. */
const READS: Readonly<Record<string, string>> = {
  get_metrics: 'get_metrics',
  get_status: 'get_workload',
  get_logs: 'get_logs',
};
const CHANGES = new Set(['scale', 'scale_to_zero', 'restart_pods', 'adjust_resources', 'rollback']);

const NOTHING = {
  replicas: null,
  cpu_request: null,
  cpu_limit: null,
  memory_request: null,
  memory_limit: null,
  revision: null,
};

/**
 * A canonical call in the product's words: one `service` as `namespace/name`, and the reason that its changes demand.
 * Names the product does not have go through as they are: refusing those is its own matter.
 */
function productCall(operation: string, args: unknown): { name: string; args: unknown } {
  const name = READS[operation] ?? operation;
  if (!isObject(args)) return { name, args };
  const { namespace, service, ...rest } = args;
  const whole = typeof namespace === 'string' && typeof service === 'string' ? `${namespace}/${service}` : service;
  const about = whole === undefined ? {} : { service: whole };
  if (Object.hasOwn(READS, operation)) return { name, args: { ...about } };
  if (operation === 'request_approval') {
    const { operation: action, ...asked } = rest;
    return { name, args: { ...about, ...NOTHING, ...asked, action, reason: 'as scripted' } };
  }
  return { name, args: { ...about, ...rest, ...(CHANGES.has(operation) && { reason: 'as scripted' }) } };
}

/** For the product's own agents; arguments given as text are sent as they are. */
export const AGENT_CALLS: Rendering = {
  call: productCall,
  raw: (name, text) => ({ name, text }),
};
