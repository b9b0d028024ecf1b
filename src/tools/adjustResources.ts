import { z } from 'zod';
import { AMOUNTS, type Amounts, amountOf, amountText, PLACES } from '../schema/resources.ts';
import { Reason } from './reason.ts';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

const amount = (resource: 'cpu' | 'memory', what: string) =>
  z
    .string()
    .max(32)
    .refine(
      (text) => (amountOf(resource, text) ?? 0) > 0,
      `must be a quantity above 0, for example ${resource === 'cpu' ? '500m or 2' : '512Mi or 2Gi'}, or null`,
    )
    .nullable()
    // A field that was left out says as little as null does.
    .default(null)
    .describe(`The new ${what} of one pod, or null to leave it.`);

/** Quantities are written as the API server writes them back: what was asked is found again as it was written. */
export const adjustResources = defineTool({
  name: 'adjust_resources',
  summary:
    'Propose other CPU or memory for the pods of one service; all its pods are replaced, a few at a time. Rules decide whether it happens.',
  effect: 'change',
  input: z
    .strictObject({
      service: Service,
      cpu_request: amount('cpu', 'CPU request'),
      cpu_limit: amount('cpu', 'CPU limit'),
      memory_request: amount('memory', 'memory request'),
      memory_limit: amount('memory', 'memory limit'),
      reason: Reason,
    })
    .refine((args) => AMOUNTS.some((name) => args[name] !== null), 'at least one of the four must not be null'),
  wanted: (args) => ({ kind: 'resources', amounts: amountsFrom(args) }),
  target: ({ service }) => targetOf(service),
});

function amountsFrom(args: Readonly<Record<(typeof AMOUNTS)[number], string | null>>): Amounts {
  const amounts: Partial<Record<(typeof AMOUNTS)[number], string>> = {};
  for (const name of AMOUNTS) {
    const { resource } = PLACES[name];
    const value = amountOf(resource, args[name] ?? undefined);
    if (value !== undefined) amounts[name] = amountText(resource, value);
  }
  return amounts;
}
