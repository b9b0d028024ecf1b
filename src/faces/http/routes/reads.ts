import { queryOf } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { AppDeps } from '../deps.ts';
import { problem, refusal } from '../problem.ts';
import { named, shown } from './asked.ts';
import type { HandlersOf } from './handler.ts';
import { DecisionQuery, ExportQuery, JournalQuery, ServiceQuery } from './queries.ts';

type Routes =
  | 'GET /api/services'
  | 'GET /api/services/:namespace/:name'
  | 'GET /api/decisions'
  | 'GET /api/decisions/:namespace/:name'
  | 'GET /api/journal'
  | 'GET /api/journal/export'
  | 'GET /api/breakers'
  | 'GET /api/blueprints/:namespace/:name/versions'
  | 'GET /api/queue'
  | 'POST /api/queue/dead/:id/retry';

/** In minutes. */
const HOUR = 60;

export function readRoutes({ views, queue }: AppDeps): HandlersOf<Routes> {
  return {
    'GET /api/services': async (c) => shown(c, await views.serviceList()),
    'GET /api/services/:namespace/:name': async (c) => {
      const query = queryOf(c, ServiceQuery);
      if (!query.ok) return query.error;
      const { namespace, name } = named(c);
      return shown(c, await views.serviceDetail(namespace, name, query.value.minutes ?? HOUR));
    },
    'GET /api/decisions': async (c) => {
      const query = queryOf(c, DecisionQuery);
      return query.ok ? shown(c, await views.decisionList(query.value)) : query.error;
    },
    'GET /api/decisions/:namespace/:name': async (c) => {
      const { namespace, name } = named(c);
      return shown(c, await views.decisionDetail(namespace, name));
    },
    'GET /api/journal': async (c) => {
      const query = queryOf(c, JournalQuery);
      return query.ok ? shown(c, await views.journalPage(callerOf(c), query.value)) : query.error;
    },
    'GET /api/journal/export': async (c) => {
      const query = queryOf(c, ExportQuery);
      if (!query.ok) return query.error;
      const text = await views.journalExport(callerOf(c), query.value.file);
      if (!text.ok) return refusal(c, text.error);
      return c.body(text.value, 200, {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename="${query.value.file}"`,
      });
    },
    'GET /api/breakers': async (c) => shown(c, await views.breakerList()),
    'GET /api/blueprints/:namespace/:name/versions': async (c) => {
      const { namespace, name } = named(c);
      return shown(c, await views.blueprintVersions(namespace, name));
    },
    'GET /api/queue': async (c) => c.json(await queue.state()),
    'POST /api/queue/dead/:id/retry': async (c) => {
      const retried = await queue.retry(c.req.param('id') ?? '');
      return retried.ok ? c.json({}) : problem(c, 409, 'NotRetried', retried.error);
    },
  };
}
