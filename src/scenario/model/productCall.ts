import { CHANGES, canonicalArguments, READS, REASON } from './canonicalCall.ts';
import type { Rendering } from './rendering.ts';

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
  const name = READS.get(operation)?.agent ?? operation;
  const given = canonicalArguments(args);
  if (given === undefined) return { name, args };
  const { about, rest } = given;
  if (READS.has(operation)) return { name, args: { ...about } };
  if (operation === 'request_approval') {
    const { operation: action, ...asked } = rest;
    return { name, args: { ...about, ...NOTHING, ...asked, action, reason: REASON } };
  }
  return { name, args: { ...about, ...rest, ...(CHANGES.has(operation) && { reason: REASON }) } };
}

/** For the product's own agents; arguments given as text are sent as they are. */
export const AGENT_CALLS: Rendering = {
  call: productCall,
  raw: (name, text) => ({ name, text }),
};
