import { CHANGES, canonicalArguments, READS, REASON } from './canonicalCall.ts';
import type { Rendering } from './rendering.ts';

/** What can be proposed by name, also where it is refused. */
const EFFECTS: ReadonlySet<string> = new Set([...CHANGES, 'delete_deployment', 'change_rbac', 'disable_ingress']);

/**
 * A canonical call in the words of the MCP server that a chat works with: effects go through `fairlead_propose`. Names that
 * are not canonical go through as they are: refusing those is the server's own matter.
 */
export const CHAT_CALLS: Rendering = {
  call(operation, args) {
    const given = canonicalArguments(args);
    if (given === undefined) return { name: nameOf(operation), args };
    const { about, rest } = given;
    const read = READS.get(operation)?.chat;
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
  READS.get(operation)?.chat ??
  (EFFECTS.has(operation)
    ? 'fairlead_propose'
    : operation === 'request_approval'
      ? 'fairlead_request_approval'
      : operation);
