import type { Context } from 'hono';
import { evaluate } from '../../../gateway/evaluate.ts';
import { takeAlternative } from '../../../gateway/takeAlternative.ts';
import { vote } from '../../../gateway/vote.ts';
import { TakeAlternativeBody, VoteBody } from '../../../schema/api/approvals.ts';
import { bodyOf, queryOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import { clientOf } from '../client.ts';
import type { AppDeps } from '../deps.ts';
import { refusal } from '../problem.ts';
import { named, shown } from './asked.ts';
import type { HandlersOf } from './handler.ts';
import { ApprovalQuery } from './queries.ts';

type Routes =
  | 'GET /api/approvals'
  | 'GET /api/approvals/:namespace/:name'
  | 'POST /api/approvals/:namespace/:name/vote'
  | 'POST /api/approvals/:namespace/:name/evaluate'
  | 'POST /api/approvals/:namespace/:name/alternative';

export function approvalRoutes(deps: AppDeps): HandlersOf<Routes> {
  const { gateway, views } = deps;
  const card = async (c: Context): Promise<Response> => {
    const { namespace, name } = named(c);
    return shown(c, await views.approvalCard(callerOf(c), namespace, name));
  };
  return {
    'GET /api/approvals': async (c) => {
      const query = queryOf(c, ApprovalQuery);
      return query.ok ? shown(c, await views.approvalList(callerOf(c), query.value)) : query.error;
    },
    'GET /api/approvals/:namespace/:name': card,
    'POST /api/approvals/:namespace/:name/vote': async (c) => {
      const body = await bodyOf(c, VoteBody);
      if (!body.ok) return body.error;
      const voted = await vote(gateway, callerOf(c), named(c), body.value);
      // A raise that this vote completes is the gateway's loop to write, which the vote wakes.
      return voted.ok ? card(c) : refusal(c, voted.error);
    },
    'POST /api/approvals/:namespace/:name/evaluate': async (c) =>
      shown(c, await evaluate(gateway, callerOf(c), named(c))),
    'POST /api/approvals/:namespace/:name/alternative': async (c) => {
      const body = await bodyOf(c, TakeAlternativeBody);
      return body.ok
        ? shown(c, await takeAlternative(gateway, callerOf(c), clientOf(c), named(c), body.value))
        : body.error;
    },
  };
}
