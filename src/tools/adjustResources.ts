import { z } from 'zod';
import { AMOUNTS, type Amounts, amountOf, amountText, PLACES } from '../schema/resources.ts';
import { AMOUNT_FIELDS } from './amounts.ts';
import { Reason } from './reason.ts';
import { Service, targetOf } from './service.ts';
import { defineTool } from './tool.ts';

/** Quantities are written as the API server writes them back: what was asked is found again as it was written. */
export const adjustResources = defineTool({
  name: 'adjust_resources',
  summary:
    'Propose other CPU or memory for the pods of one service; all its pods are replaced, a few at a time. Rules decide whether it happens.',
  effect: 'change',
  input: z
    .strictObject({
      service: Service,
      ...AMOUNT_FIELDS,
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
