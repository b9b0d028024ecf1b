import type { Context } from 'hono';
import type { HoldScope } from '../../../gateway/holds.ts';
import { pause, resume } from '../../../gateway/pause.ts';
import { PauseBody, ResumeBody } from '../../../schema/api/services.ts';
import { bodyOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { AppDeps } from '../deps.ts';
import { refusal } from '../problem.ts';
import { named } from './asked.ts';
import type { Handler, HandlersOf } from './handler.ts';

type Routes = `POST /api/${'services/:namespace/:name' | 'namespaces/:namespace' | 'fleet'}/${'pause' | 'resume'}`;

type ScopeOf = (c: Context) => HoldScope;

const service: ScopeOf = named;
const namespace: ScopeOf = (c) => ({ namespace: named(c).namespace });
const fleet: ScopeOf = () => undefined;

export function holdRoutes({ gateway }: AppDeps): HandlersOf<Routes> {
  const pausing =
    (scopeOf: ScopeOf): Handler =>
    async (c) => {
      const body = await bodyOf(c, PauseBody);
      if (!body.ok) return body.error;
      const done = await pause(gateway, callerOf(c), scopeOf(c), body.value);
      return done.ok ? c.json({ holds: done.value.after }) : refusal(c, done.error);
    };
  const resuming =
    (scopeOf: ScopeOf): Handler =>
    async (c) => {
      const body = await bodyOf(c, ResumeBody);
      if (!body.ok) return body.error;
      const done = await resume(gateway, callerOf(c), scopeOf(c), body.value);
      return done.ok ? c.json({ holds: done.value.after }) : refusal(c, done.error);
    };
  return {
    'POST /api/services/:namespace/:name/pause': pausing(service),
    'POST /api/services/:namespace/:name/resume': resuming(service),
    'POST /api/namespaces/:namespace/pause': pausing(namespace),
    'POST /api/namespaces/:namespace/resume': resuming(namespace),
    'POST /api/fleet/pause': pausing(fleet),
    'POST /api/fleet/resume': resuming(fleet),
  };
}
