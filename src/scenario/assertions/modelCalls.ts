import type { Params } from '../expectation.ts';
import type { Seen } from '../seen.ts';

export function modelCalls(
  { max_total, max_per_message }: Params<'model_calls'>,
  seen: Pick<Seen, 'replies' | 'modelRequests'>,
): string[] {
  const most = max_per_message ?? Number.POSITIVE_INFINITY;
  return [
    ...(max_total !== undefined && seen.modelRequests > max_total
      ? [`${seen.modelRequests} requests to the model, wanted at most ${max_total}`]
      : []),
    ...seen.replies.flatMap((reply, n) =>
      reply !== undefined && reply.modelRequests > most
        ? [`message ${n + 1} took ${reply.modelRequests} requests to the model, wanted at most ${most}`]
        : [],
    ),
  ];
}
