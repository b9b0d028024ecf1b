import { OpenAiModel } from '../../../adapters/openai/openaiModel.ts';
import { GuardedModel } from '../../../agents/model/guardedModel.ts';
import { ModelBudget } from '../../../agents/model/modelBudget.ts';
import type { Config } from '../../../config.ts';
import { redact } from '../../../kernel/redact.ts';
import { modelFor } from '../../../modelSettings.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { ChatModel } from '../../../ports/model.ts';
import type { ModelTrace } from '../../../ports/modelTrace.ts';

/**
 * The model a person chats with: the one for all roles, else the one that decides. Guarded as an agent's is; its hourly tokens
 * are one person's, so no service has a share of its own in them.
 */
export function chatModel(
  config: Config,
  parts: { readonly clock: Clock; readonly log: Log; readonly trace?: ModelTrace | undefined },
): ChatModel | undefined {
  const settings = config.model ?? modelFor(config.models, 'decision-engine');
  if (settings === undefined) return undefined;
  const { clock, log, trace } = parts;
  const { url, name, key, prices } = settings;
  const { tokensPerHour } = config.models.budget;
  return new GuardedModel(new OpenAiModel({ baseUrl: url, model: name, apiKey: key, clock }), {
    clock,
    log,
    budget: new ModelBudget({ tokensPerHour, tokensPerHourAndService: tokensPerHour }),
    redact: (text) => redact(text, config.secrets),
    ...(prices && { prices }),
    ...(trace && { trace }),
  });
}
