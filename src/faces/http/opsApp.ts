import { Hono } from 'hono';
import type { Probed } from '../../roles/probes.ts';

export interface OpsDeps {
  /** In the text format of Prometheus. */
  metrics(): Promise<{ readonly text: string; readonly type: string }>;
  readonly probes: { started(): Probed; ready(): Probed };
}

/**
 * What the cluster and Prometheus ask. Nobody logs in here, so that nothing stands in it but numbers, the names of services
 * in trouble and constant words: no secret, no text of a model, nothing that does anything.
 */
export function opsApp({ metrics, probes }: OpsDeps): Hono {
  const app = new Hono();
  const told = ({ ok, why }: Probed): Response => Response.json({ ok, why }, { status: ok ? 200 : 503 });
  // That it is answered at all is what was asked.
  app.get('/livez', () => told({ ok: true, why: 'alive' }));
  app.get('/startupz', () => told(probes.started()));
  app.get('/readyz', () => told(probes.ready()));
  app.get('/metrics', async () => {
    const { text, type } = await metrics();
    return new Response(text, { headers: { 'content-type': type, 'cache-control': 'no-store' } });
  });
  app.notFound(() => new Response('/metrics, /livez, /readyz and /startupz are here\n', { status: 404 }));
  app.onError(() => new Response('something broke here\n', { status: 500 }));
  return app;
}
