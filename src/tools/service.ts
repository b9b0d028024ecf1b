import { z } from 'zod';

export interface Target {
  readonly namespace: string;
  readonly name: string;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const SERVICE = new RegExp(`^(${LABEL})/(${LABEL}(?:\\.${LABEL})*)$`);

/** A service as people and models write it: `namespace/name`. A wildcard, a list or an empty part is no service. */
export const Service = z
  .string()
  .max(317)
  .regex(SERVICE, 'must be one service written as namespace/name, for example shop/storefront')
  .describe('The service, written as namespace/name.');

/** The two parts of a text that `Service` accepted; anything else throws, which is a bug of the caller. */
export function targetOf(service: string): Target {
  const [, namespace, name] = SERVICE.exec(service) ?? [];
  if (namespace === undefined || name === undefined) throw new TypeError(`not a service: ${JSON.stringify(service)}`);
  return { namespace, name };
}
