import type { Context } from 'hono';
import type { Refused } from '../../../gateway/deps.ts';
import type { Result } from '../../../kernel/result.ts';
import { refusal } from '../problem.ts';

export const named = (c: Context): { namespace: string; name: string } => ({
  namespace: c.req.param('namespace') ?? '',
  name: c.req.param('name') ?? '',
});

export const shown = (c: Context, answer: Result<object, Refused>): Response =>
  answer.ok ? c.json(answer.value) : refusal(c, answer.error);
