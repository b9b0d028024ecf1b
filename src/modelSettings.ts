import { z } from 'zod';
import { type BudgetLimits, DEFAULT_BUDGET } from './agents/model/modelBudget.ts';
import type { ModelPrices } from './agents/model/tokenCount.ts';
import { err, ok, type Result } from './kernel/result.ts';
import { MODEL_ROLES, type ModelRole } from './schema/modelRole.ts';

export interface ModelSettings {
  /** With `/v1`. */
  readonly url: string;
  readonly name: string;
  readonly key: string;
  readonly prices?: ModelPrices;
}

export interface ModelsSettings {
  /** For every role that has none of its own; absent: rules alone. */
  readonly model?: ModelSettings;
  /** `none`: rules alone for this role, although others have a model. */
  readonly byRole: Readonly<Partial<Record<ModelRole, ModelSettings | 'none'>>>;
  readonly budget: BudgetLimits;
}

const address = z.url({ protocol: /^https?$/ });
const PRICES = /^\s*\d+(?:\.\d+)?\s*(?:,\s*\d+(?:\.\d+)?\s*){2}$/;
const prices = z
  .string()
  .regex(PRICES)
  .transform((text): ModelPrices => {
    const [prompt = 0, cached = 0, completion = 0] = text.split(',').map(Number);
    return { prompt, cached, completion };
  });
const tokens = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform(Number);

type Variable = string;
const upper = (role: ModelRole): string => role.toUpperCase().replaceAll('-', '_');

const own = (prefix: Variable, whose: string, without: string) => ({
  [prefix]: z.string().min(1).optional().describe(`name of the model ${whose}${without}`),
  [`${prefix}_URL`]: address.optional().describe(`OpenAI-compatible endpoint ${whose}, with /v1`),
  [`${prefix}_KEY`]: z.string().min(1).optional().describe(`key of the endpoint ${whose}`),
  [`${prefix}_PRICES`]: prices
    .optional()
    .describe(`prices of a million prompt, cached and completion tokens of the model ${whose}, such as 2.5,0.25,10`),
});

/** Every variable about models: those for all roles, and the same four for each role. */
export const MODEL_VARIABLES = {
  ...own('FAIRLEAD_MODEL', 'of every role that has none of its own', ' (default: `default`)'),
  ...Object.assign(
    {},
    ...MODEL_ROLES.map((role) => own(`FAIRLEAD_MODEL_${upper(role)}`, `of the role ${role}`, '; `none`: rules alone')),
  ),
  FAIRLEAD_MODEL_TOKENS_PER_HOUR: tokens
    .optional()
    .describe(
      `tokens an hour of all services together, 0: no model is asked (default: ${DEFAULT_BUDGET.tokensPerHour})`,
    ),
  FAIRLEAD_MODEL_TOKENS_PER_HOUR_PER_SERVICE: tokens
    .optional()
    .describe(`tokens an hour of one service, 0: none (default: ${DEFAULT_BUDGET.tokensPerHourAndService})`),
} as Readonly<Record<Variable, z.ZodType>>;

/** What to write, for a variable whose value cannot be read; undefined for one that is not ours. */
export function modelVariableFix(variable: Variable): string | undefined {
  if (!(variable in MODEL_VARIABLES)) return undefined;
  if (variable.endsWith('_URL')) {
    return `${variable} is no http or https address; write one with /v1, such as http://127.0.0.1:11434/v1`;
  }
  if (variable.endsWith('_PRICES')) {
    return `${variable} is no list of three prices; write those of a million prompt, cached and completion tokens, such as 2.5,0.25,10`;
  }
  if (variable.includes('_TOKENS_')) {
    return `${variable} is no number of tokens; write digits only, such as 500000 (0: no model is asked)`;
  }
  return `${variable} cannot be read`;
}

/**
 * `values` as MODEL_VARIABLES read them. A role's own variables go before those for all roles. A key is sent only to the
 * address it was given for, and prices hold only for the model they were given for.
 */
export function modelsSettings(values: Readonly<Record<Variable, unknown>>): Result<ModelsSettings, string> {
  const all = ownOf(values, 'FAIRLEAD_MODEL');
  if (all.name !== undefined && all.url === undefined) {
    return err(
      'a model is named but no endpoint: set FAIRLEAD_MODEL_URL or --model-url, such as http://127.0.0.1:11434/v1',
    );
  }
  const model = all.url === undefined ? undefined : settled({ ...all, url: all.url });
  const byRole: Partial<Record<ModelRole, ModelSettings | 'none'>> = {};
  for (const role of MODEL_ROLES) {
    const prefix = `FAIRLEAD_MODEL_${upper(role)}`;
    const given = ownOf(values, prefix);
    if (Object.values(given).every((value) => value === undefined)) continue;
    if (given.name === 'none') {
      byRole[role] = 'none';
      continue;
    }
    const url = given.url ?? model?.url;
    if (url === undefined) return err(`${prefix} is set but no endpoint: set ${prefix}_URL or FAIRLEAD_MODEL_URL`);
    byRole[role] = settled(inherited({ ...given, url }, model));
  }
  const perHour = values['FAIRLEAD_MODEL_TOKENS_PER_HOUR'];
  const perService = values['FAIRLEAD_MODEL_TOKENS_PER_HOUR_PER_SERVICE'];
  return ok({
    ...(model === undefined ? {} : { model }),
    byRole,
    budget: {
      tokensPerHour: typeof perHour === 'number' ? perHour : DEFAULT_BUDGET.tokensPerHour,
      tokensPerHourAndService: typeof perService === 'number' ? perService : DEFAULT_BUDGET.tokensPerHourAndService,
    },
  });
}

/** undefined: rules alone for this role. */
export function modelFor({ model, byRole }: ModelsSettings, role: ModelRole): ModelSettings | undefined {
  const named = byRole[role] ?? model;
  return named === 'none' ? undefined : named;
}

interface Given {
  readonly name: string | undefined;
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly prices: ModelPrices | undefined;
}

function ownOf(values: Readonly<Record<Variable, unknown>>, prefix: string): Given {
  const text = (variable: Variable): string | undefined => {
    const value = values[variable];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name: text(prefix),
    url: text(`${prefix}_URL`),
    key: text(`${prefix}_KEY`),
    prices: values[`${prefix}_PRICES`] as ModelPrices | undefined,
  };
}

function inherited(given: Given & { readonly url: string }, all: ModelSettings | undefined): typeof given {
  if (all === undefined) return given;
  const sameHost = new URL(given.url).origin === new URL(all.url).origin;
  const name = given.name ?? (given.url === all.url ? all.name : undefined);
  const sameModel = given.url === all.url && name === all.name;
  return {
    ...given,
    name,
    key: given.key ?? (sameHost ? all.key : undefined),
    prices: given.prices ?? (sameModel ? all.prices : undefined),
  };
}

const settled = ({ url, name, key, prices: given }: Given & { readonly url: string }): ModelSettings => ({
  url,
  name: name ?? 'default',
  key: key ?? 'none',
  ...(given === undefined ? {} : { prices: given }),
});
