import type http from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterResult } from '../../ports/cluster.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { type ConnectOptions, connect, type KubernetesCluster } from './connect.ts';
import { FakeServer } from './fakeServer.ts';

const { json } = FakeServer;
const ids = { random: () => 0 };
const never = new AbortController().signal;
const DECISION: KubeObject = {
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Decision',
  metadata: { name: 'd', namespace: 'shop', resourceVersion: '7' },
  spec: {},
};
const outcome = (result: ClusterResult<unknown>): string =>
  result.ok ? 'ok' : `${result.error.code}${result.error.uncertain ? ', uncertain' : ''}`;

describe('a Kubernetes cluster', () => {
  let server: FakeServer;
  let clock: ManualClock;
  const open: KubernetesCluster[] = [];
  beforeEach(async () => {
    server = new FakeServer();
    clock = new ManualClock();
    await server.start();
  });
  afterEach(async () => {
    for (const cluster of open.splice(0)) cluster.close();
    await server.stop();
  });

  const connected = async (options: Partial<ConnectOptions> = {}): Promise<KubernetesCluster> => {
    const kubeconfig = options.kubeconfig ?? server.kubeconfig({ token: 't0' });
    const cluster = await connect({ clock, ids, ...options, kubeconfig });
    if (!cluster.ok) throw new Error(cluster.error);
    open.push(cluster.value);
    return cluster.value;
  };

  describe('reads', () => {
    it.each([
      ['500', 3],
      ['429', 3],
      ['404', 1],
      ['403', 1],
      ['400', 1],
    ])('answered with %s are sent %i times', async (status, times) => {
      server.answer = (_, response) => json(response, Number(status), { message: 'no' });
      const { reader } = await connected();
      await reader.list(KINDS.Decision);
      expect(server.asked).toHaveLength(times);
    });

    it('tell the time of the server as it is when a slow answer is whole', async () => {
      const said = '2026-03-01T12:00:00.000Z';
      let half: http.ServerResponse | undefined;
      server.answer = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', date: new Date(said).toUTCString() }).write(' ');
        half = response;
      };
      const sleep: Clock['sleep'] = (...given) => {
        const response = half;
        half = undefined;
        // Who begins to wait once the head is there waits for the body.
        if (response !== undefined) void clock.advance(8_000).then(() => response.end(JSON.stringify(DECISION)));
        return clock.sleep(...given);
      };
      const told: (number | undefined)[] = [];
      const { reader } = await connected({
        clock: { now: () => clock.now(), sleep },
        called: ({ servedAt }) => void told.push(servedAt),
      });
      expect((await reader.get(KINDS.Decision, 'shop', 'd')).ok).toBe(true);
      expect(told).toEqual([Date.parse(said) + 8_000]);
    });

    it.each([
      ['an answer', 200, true],
      ['that nothing is there', 404, false],
      ["a refusal, which may be a proxy's,", 403, false],
    ])('learn the time of the server from %s', async (_, status, isHeard) => {
      const said = Date.parse('2026-03-01T12:00:00Z');
      server.answer = (_asked, response) => json(response, status, DECISION, { date: new Date(said).toUTCString() });
      const { reader } = await connected();
      expect(reader.serverNow?.()).toBeUndefined();
      await reader.get(KINDS.Decision, 'shop', 'd');
      await clock.advance(60_000);
      expect(reader.serverNow?.()).toBe(isHeard ? said + 60_500 : undefined);
    });

    it('go on after a broken connection and a passing fault', async () => {
      server.answer = (_, response, nth) => {
        if (nth === 1) response.destroy();
        else if (nth === 2) json(response, 503, { message: 'starting' });
        else json(response, 200, DECISION);
      };
      const { reader, health } = await connected();
      expect(await reader.get(KINDS.Decision, 'shop', 'd')).toEqual({ ok: true, value: DECISION });
      expect(health()).toEqual({ calls: 3, failures: 2 });
    });

    it('do not wait by themselves when the server wants a long pause', async () => {
      server.answer = (_, response) => json(response, 429, { message: 'later' }, { 'retry-after': '30' });
      const { reader } = await connected();
      expect(await reader.raw('/version')).toMatchObject({ error: { code: 'unavailable', retryAfterMs: 30_000 } });
      expect(server.asked).toHaveLength(1);
    });

    it('follow the pages of a list, and set the kind on every item', async () => {
      server.answer = ({ url }, response) => {
        const page = Number(new URL(url, 'http://x').searchParams.get('continue') ?? '0');
        const metadata = { resourceVersion: '9', ...(page < 2 ? { continue: String(page + 1) } : {}) };
        json(response, 200, { metadata, items: [{ metadata: { name: `d${page}` } }] });
      };
      const { reader } = await connected();
      const list = await reader.list(KINDS.Decision, 'shop', 'a=b');
      expect(list.ok && list.value.items.map((item) => `${item.kind} ${item.metadata.name}`)).toEqual([
        'Decision d0',
        'Decision d1',
        'Decision d2',
      ]);
      expect(server.asked.every(({ url }) => /limit=500/.test(url) && /labelSelector=a%3Db/.test(url))).toBe(true);
    });

    it('start a list again when its pages have expired, once', async () => {
      server.answer = ({ url }, response, nth) => {
        if (url.includes('continue=') && nth < 3) json(response, 410, { message: 'expired' });
        else
          json(response, 200, {
            metadata: { resourceVersion: '9', ...(nth === 1 ? { continue: 'x' } : {}) },
            items: [],
          });
      };
      const { reader } = await connected();
      expect(await reader.list(KINDS.Decision)).toEqual({ ok: true, value: { items: [], resourceVersion: '9' } });
    });

    it('larger than the cap are refused, not held', async () => {
      server.answer = (_, response) => json(response, 200, { metadata: {}, items: ['x'.repeat(5000)] });
      const { reader } = await connected({ limits: { maxBytes: 1000 } });
      expect(await reader.list(KINDS.Decision)).toMatchObject({
        error: { code: 'invalid', message: expect.stringMatching(/larger than/) },
      });
    });

    it("take a proxy's page for an unavailable server", async () => {
      server.answer = (_, response) => response.end('<html>sign in</html>');
      const { reader } = await connected();
      expect(outcome(await reader.raw('/apis'))).toBe('unavailable');
    });

    it('of an aggregated API do not count for the health of the API server', async () => {
      server.answer = (_, response) => json(response, 503, { message: 'no endpoints' });
      const { reader, health } = await connected();
      await reader.raw('/apis/metrics.k8s.io/v1beta1/pods');
      expect(health()).toEqual({ calls: 0, failures: 0 });
    });
  });

  describe('writes', () => {
    it('are sent once, whatever comes back', async () => {
      server.answer = (_, response) => json(response, 503, { message: 'no' });
      const { records } = await connected();
      expect(outcome(await records.replace(KINDS.Decision, DECISION))).toBe('unavailable, uncertain');
      expect(server.asked).toHaveLength(1);
    });

    it('that were cut off may have happened', async () => {
      server.answer = (_, response) => response.destroy();
      const { records } = await connected();
      expect(outcome(await records.create(KINDS.Decision, DECISION))).toBe('unavailable, uncertain');
      expect(server.asked).toHaveLength(1);
    });

    it('that reached nobody have not', async () => {
      const { records } = await connected({ kubeconfig: server.kubeconfig({}, { server: 'http://127.0.0.1:1' }) });
      expect(outcome(await records.create(KINDS.Decision, DECISION))).toBe('unavailable');
    });

    it('that are not answered in time may have happened', async () => {
      server.answer = () => undefined;
      const { records } = await connected();
      const written = records.create(KINDS.Decision, DECISION);
      while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(10_000);
      expect(await written).toMatchObject({
        error: { code: 'unavailable', uncertain: true, message: expect.stringMatching(/within 10 s/) },
      });
    });

    it('whose answer stops in the middle are given up in time', async () => {
      server.answer = (_, response) => void response.write('{"metadata":');
      const { records } = await connected();
      const written = records.create(KINDS.Decision, DECISION);
      while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(10_000);
      expect(await written).toMatchObject({
        error: { code: 'unavailable', uncertain: true, message: expect.stringMatching(/within 10 s/) },
      });
    });

    it('carry our field manager, and let no unknown field be dropped in silence', async () => {
      server.answer = (_, response) => json(response, 200, DECISION);
      const { records } = await connected();
      await records.replaceStatus(KINDS.Decision, DECISION);
      expect(server.asked[0]).toMatchObject({
        method: 'PUT',
        url: '/apis/fairlead.dev/v1alpha1/namespaces/shop/decisions/d/status?fieldManager=fairlead&fieldValidation=Strict',
      });
    });
  });

  describe('credentials', () => {
    it('in a token file are read at every call, without the line end', async () => {
      server.answer = (_, response) => json(response, 200, DECISION);
      server.write('token', 'first\n');
      const { reader } = await connected({ kubeconfig: server.kubeconfig({ tokenFile: 'token' }) });
      await reader.get(KINDS.Decision, 'shop', 'd');
      server.write('token', 'second\n');
      await reader.get(KINDS.Decision, 'shop', 'd');
      expect(server.asked.map((asked) => asked.authorization)).toEqual(['Bearer first', 'Bearer second']);
    });

    it.each(['read', 'write', 'watch'])(
      'that expired are read again at once for a %s, which is sent once more',
      async (use) => {
        const kubeconfig = server.kubeconfig({ token: 'old' });
        server.answer = ({ authorization }, response) => {
          if (authorization === 'Bearer new') json(response, 200, DECISION);
          else json(response, 401, { message: 'Unauthorized' });
        };
        const { reader, records, health } = await connected({ kubeconfig });
        server.kubeconfig({ token: 'new' });
        if (use === 'read') expect(outcome(await reader.get(KINDS.Decision, 'shop', 'd'))).toBe('ok');
        if (use === 'write') expect(outcome(await records.replace(KINDS.Decision, DECISION))).toBe('ok');
        if (use === 'watch') for await (const _ of reader.watch(KINDS.Decision, 'shop', '1', never)) break;
        expect(server.asked.map((asked) => asked.authorization)).toEqual(['Bearer old', 'Bearer new']);
        expect(health().failures).toBe(0);
      },
    );

    it('that stay refused are denied after one more try', async () => {
      server.answer = (_, response) => json(response, 401, { message: 'Unauthorized' });
      const { reader } = await connected();
      expect(outcome(await reader.get(KINDS.Decision, 'shop', 'd'))).toBe('denied');
      expect(server.asked).toHaveLength(2);
    });

    it('that cannot be read make the call fail with the file in the words', async () => {
      const { records } = await connected({ kubeconfig: server.kubeconfig({ tokenFile: 'missing' }) });
      const written = await records.create(KINDS.Decision, DECISION);
      expect(written).toMatchObject({
        error: { code: 'unavailable', uncertain: false, message: expect.stringMatching(/token file .*missing/) },
      });
      expect(server.asked).toHaveLength(0);
    });
  });
});
