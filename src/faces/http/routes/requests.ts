import { propose, whatIf } from '../../../gateway/propose.ts';
import { RequestBody, WhatIfBody } from '../../../schema/api/requests.ts';
import { verdictRecord } from '../../../schema/decisionObject.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import { clientOf } from '../client.ts';
import type { AppDeps } from '../deps.ts';
import { refusal } from '../problem.ts';
import type { HandlersOf } from './handler.ts';

export function requestRoutes({ gateway }: AppDeps): HandlersOf<'POST /api/requests' | 'POST /api/what-if'> {
  return {
    'POST /api/requests': async (c) => {
      const body = await bodyOf(c, RequestBody);
      if (!body.ok) return body.error;
      const done = await propose(gateway, callerOf(c), clientOf(c), body.value);
      return done.ok ? c.json({ ...done.value, verdict: verdictRecord(done.value.verdict) }) : refusal(c, done.error);
    },
    'POST /api/what-if': async (c) => {
      const body = await bodyOf(c, WhatIfBody);
      if (!body.ok) return body.error;
      const done = await whatIf(gateway, callerOf(c), clientOf(c), body.value);
      return done.ok ? c.json({ ...done.value, verdict: verdictRecord(done.value.verdict) }) : refusal(c, done.error);
    },
  };
}
