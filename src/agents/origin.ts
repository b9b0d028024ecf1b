import { originOf } from '../schema/origin.ts';
import type { Origin } from '../schema/records.ts';
import type { RunCost } from './runEnd.ts';
import { clean } from './untrusted.ts';

export const RULES_MODEL = 'rules planner';

/** Of a proposal that no model had a part in. */
export const rulesOrigin = (run: string, note?: string): Origin => ({
  ...originOf('rules', { model: RULES_MODEL, run }),
  ...(note === undefined ? {} : { note: clean(note, 300) }),
});

/** Of a run: `label` names the model where no answer did. */
export const runOrigin = (role: string, prompt: string, label: string, run: string, cost: RunCost): Origin => ({
  role,
  prompt,
  model: clean(cost.model === '' ? label : cost.model, 200),
  steps: cost.steps,
  promptTokens: cost.promptTokens,
  completionTokens: cost.completionTokens,
  ...(cost.cachedTokens > 0 ? { cachedTokens: Math.min(cost.cachedTokens, cost.promptTokens) } : {}),
  ...(cost.cost === undefined ? {} : { cost: cost.cost }),
  seconds: cost.seconds,
  read: cost.read.slice(0, 32),
  run,
});
