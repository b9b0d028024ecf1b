import type { Params } from '../expectation.ts';
import type { Seen } from '../seen.ts';

export function modelCalls({ max_total }: Params<'model_calls'>, seen: Seen): string[] {
  if (max_total === undefined || seen.modelRequests <= max_total) return [];
  return [`${seen.modelRequests} requests to the model, wanted at most ${max_total}`];
}
