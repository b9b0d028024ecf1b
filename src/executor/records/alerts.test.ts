import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openStage } from '../../../test/stages/executorStage.ts';
import { webhookAlerts } from '../../adapters/alerts/webhookAlerts.ts';
import type { AlertNotice } from '../../ports/alertSink.ts';
import { Executor } from '../executor.ts';

/** Latency over its objective with the CPU at its height: an objective that more capacity would mend. */
const BREACHED = { rps: 100, cpu_m_per_rps: 1.9, latency_ms_base: 260 };

describe('a person is called', () => {
  it('once, when more capacity under breach has waited for five minutes, over all the wishes it was dropped in', async () => {
    const stage = await openStage({ load: BREACHED });
    stage.hold([{ kind: 'pause', what: 'all', by: 'alice', reason: 'maintenance', at: '2026-01-05T00:00:00Z' }]);
    const alerts = (): string[] =>
      stage.told().flatMap(({ reason, note }) => (reason === 'FairleadAlert' ? [note] : []));
    const wish = async (n: number): Promise<void> => {
      const replicas = stage.observer.views()[0]?.assessment?.recommendation.replicas ?? 3;
      const uid = stage.observer.views()[0]?.workload?.uid ?? '';
      const seen = { uid, replicas: 2, at: '2026-01-05T00:00:00Z' };
      await stage.wish(`web-aaaaaaaaa${n}`, { arguments: { replicas }, seen });
      await stage.executor.pass();
    };
    for (let minute = 0; minute < 5; minute++) {
      await wish(minute);
      await stage.run(60_000);
    }
    expect(stage.status('web-aaaaaaaaa0')).toMatchObject({ phase: 'Superseded', reason: 'ComputedAnew' });
    expect(alerts()).toEqual([]);
    await wish(5);
    await stage.run(30_000);
    await wish(6);
    expect(alerts()).toHaveLength(1);
    expect(alerts()[0]).toMatch(/^FloorWaiting: .*pause/i);
    expect(stage.journal.of('alert')).toHaveLength(1);
    stage.close();
  });

  it('by every sink too, with names and words and no address that does anything (field case 14)', async () => {
    const stage = await openStage();
    const notices: AlertNotice[] = [];
    const executor = new Executor({ ...stage.deps, alerts: [{ raise: (notice) => void notices.push(notice) }] });
    await stage.wish('web-aaaaaaaaaa', { tool: 'delete_deployment', arguments: {} });
    await executor.pass();
    expect(notices).toEqual([
      {
        key: 'shop/web-aaaaaaaaaa.ForbiddenRequest',
        code: 'ForbiddenRequest',
        message: expect.not.stringContaining('://'),
        at: stage.clock.now(),
        namespace: 'shop',
        service: 'web',
        decision: 'web-aaaaaaaaaa',
      },
    ]);
    await executor.pass();
    expect(notices).toHaveLength(1);
    stage.close();
  });

  it('without a pass waiting for a sink that never answers', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const stage = await openStage();
    const { log, clock } = stage.deps;
    const redact = (text: string): string => text;
    const sink = webhookAlerts({ url, secret: 'a-secret-of-the-webhook', clock, log, redact, timeoutMs: 300_000 });
    let delivered = false;
    const executor = new Executor({ ...stage.deps, alerts: [sink] });
    await stage.wish('web-aaaaaaaaaa', { tool: 'delete_deployment', arguments: {} });
    await executor.pass();
    void sink.idle().then(() => (delivered = true));
    await stage.run(30_000, executor);
    expect(delivered).toBe(false);
    expect(stage.status('web-aaaaaaaaaa').phase).toBe('Refused');
    server.closeAllConnections();
    server.close();
    stage.close();
  });
});
