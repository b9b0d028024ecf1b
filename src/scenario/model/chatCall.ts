import { isObject } from '../loose.ts';
import type { Rendering } from './rendering.ts';

/** Canonical reads and the tool of the MCP server that answers each. */
const READS: Readonly<Record<string, string>> = {
  get_metrics: 'fairlead_evidence',
  get_status: 'fairlead_service',
  get_logs: 'fairlead_evidence',
};
const EFFECTS = new Set([
  'scale',
  'restart_pods',
  'adjust_resources',
  'rollback',
  'scale_to_zero',
  'delete_deployment',
  'change_rbac',
  'disable_ingress',
]);
const REASON = 'as scripted';

/**
 * A canonical call in the words of the MCP server that a chat works with: effects go through `fairlead_propose`. Names that
 * are not canonical go through as they are: refusing those is the server's own matter.
 */
export const CHAT_CALLS: Rendering = {
  call(operation, args) {
    if (!isObject(args)) return { name: nameOf(operation), args };
    const { namespace, service, ...rest } = args;
    const whole = typeof namespace === 'string' && typeof service === 'string' ? `${namespace}/${service}` : service;
    const about = whole === undefined ? {} : { service: whole };
    const read = READS[operation];
    if (read !== undefined) return { name: read, args: { ...about, ...(operation === 'get_logs' && { of: 'logs' }) } };
    const asked = operation === 'request_approval' ? {} : { operation };
    if (nameOf(operation) === operation) return { name: operation, args };
    return { name: nameOf(operation), args: { ...about, ...asked, ...rest, reason: REASON } };
  },
  // The arguments as they were written, defect and all, inside the form of the server's own.
  raw(operation, text) {
    const name = nameOf(operation);
    if (name === operation) return { name, text };
    const whole = text.replace(
      /"namespace"\s*:\s*"([^"]*)"\s*,\s*"service"\s*:\s*"([^"]*)"/,
      (_, namespace, service) => `"service":"${namespace}/${service}"`,
    );
    const more = operation === 'request_approval' ? '' : `"operation":${JSON.stringify(operation)},`;
    return {
      name,
      text: EFFECTS.has(operation) ? whole.replace(/^\s*\{(?=\s*")/, `{${more}"reason":"${REASON}",`) : whole,
    };
  },
};

const nameOf = (operation: string): string =>
  READS[operation] ??
  (EFFECTS.has(operation)
    ? 'fairlead_propose'
    : operation === 'request_approval'
      ? 'fairlead_request_approval'
      : operation);
