import { z } from 'zod';
import { err, ok, type Result } from '../../kernel/result.ts';
import { AMOUNTS } from '../../schema/resources.ts';
import { TOOLS } from '../../tools/catalog.ts';
import { changeCall } from '../../tools/changeCall.ts';
import { CHANGE_NAMES } from '../../tools/changeNames.ts';
import { inWords } from '../../tools/parseCall.ts';
import type { ToolArguments } from '../../tools/tool.ts';
import { whatIf } from '../../tools/whatIf.ts';
import { PairName } from './services.ts';

/** Names of the catalogue that are no operation on a service: what a chat has in their place. */
const OTHER_TOOLS: Readonly<Record<string, string>> = Object.fromEntries(
  TOOLS.flatMap(({ name, effect }) => {
    if (CHANGE_NAMES.some((change) => change === name)) return [];
    if (name === 'request_approval')
      return [
        [name, 'no operation: call fairlead_request_approval, with the operation that approvers are to be asked for'],
      ];
    return effect === 'read' ? [[name, 'a question and no operation: the other tools of fairlead answer those']] : [];
  }),
);

const amount = z.string().max(32).optional();

/** An operation of a service as it is written in a chat: what does not belong to the operation is left out. */
export const WISH_FIELDS = {
  service: PairName,
  operation: z
    .string()
    .min(1)
    .max(64)
    .describe(
      'scale (with replicas), restart_pods, adjust_resources (with an amount), rollback, scale_to_zero; any other name is refused and recorded',
    ),
  replicas: z.int().min(0).max(1_000_000_000).optional().describe('scale: how many at the end'),
  cpu_request: amount.describe('adjust_resources, of one pod'),
  cpu_limit: amount,
  memory_request: amount,
  memory_limit: amount,
  revision: z.int().min(1).max(1_000_000_000).optional().describe('rollback; default: the newest healthy one'),
};

const Fields = z.strictObject(WISH_FIELDS);
export type WishFields = z.output<typeof Fields>;

/** A wish in the catalogue's words. */
export interface Worded {
  readonly tool: string;
  /** Of the tool itself, without a reason. */
  readonly args: ToolArguments;
  /** For `request_approval`, without a reason; absent for what no code carries out: that can only be refused, by its name. */
  readonly about?: ToolArguments;
}

/** The wish as it is asked for; an error says which fields do not fit together. */
export function worded(fields: WishFields): Result<Worded, string> {
  const { operation, service, ...rest } = fields;
  const action = CHANGE_NAMES.find((name) => name === operation);
  if (action === undefined) {
    const other = OTHER_TOOLS[operation];
    return other === undefined ? ok({ tool: operation, args: { service, ...rest } }) : err(`${operation} is ${other}`);
  }
  const missing = missingIn(action, rest);
  if (missing !== undefined) return err(missing);
  const about = {
    service,
    action,
    replicas: rest.replicas ?? null,
    ...Object.fromEntries(AMOUNTS.map((name) => [name, rest[name] ?? null])),
    revision: rest.revision ?? null,
  };
  const read = whatIf.input.safeParse(about);
  if (!read.success) return err(`${action}: ${read.error.issues.map(inWords).join('; ')}`);
  const { tool, args } = changeCall(read.data as Parameters<typeof changeCall>[0], '');
  const { reason: _, ...own } = args;
  return ok({ tool, args: own, about });
}

/** What small models leave out, since the protocol's schema cannot say that one operation wants it. */
function missingIn(
  action: (typeof CHANGE_NAMES)[number],
  rest: Omit<WishFields, 'service' | 'operation'>,
): string | undefined {
  if (action === 'scale' && rest.replicas === undefined)
    return 'scale wants replicas, the number of pods at the end: call once more with it, such as replicas 6';
  if (action === 'adjust_resources' && AMOUNTS.every((name) => rest[name] === undefined))
    return `adjust_resources wants one of ${AMOUNTS.join(', ')}: call once more with it, such as cpu_request 500m`;
  return undefined;
}
