import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KINDS } from '../../schema/kube.ts';
import { decisionObject, deploymentObject } from '../../testing/contractObjects.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { World } from '../world.ts';
import { RESOURCES } from './resources.ts';
import { serveWorld, type WorldServer } from './worldServer.ts';

const APPS = '/apis/apps/v1/namespaces/shop/deployments';
const WEB = `${APPS}/web`;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

describe('the HTTP API of the embedded cluster', () => {
  let world: World;
  let server: WorldServer;
  beforeEach(async () => {
    world = new World({ clock: new ManualClock(), seed: 1 });
    world.apply(deploymentObject('shop', 'web', { replicas: 2 }));
    world.setLoad('shop/web', { rps: 40, cpu_m_per_rps: 5, latency_ms_base: 100 });
    await world.advance(60_000);
    server = await serveWorld(world);
  });
  afterEach(async () => {
    await server.close();
  });

  const ask = (method: string, path: string, { type = 'application/json', accept = '', body }: Ask = {}) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { accept, 'content-type': type, 'user-agent': 'tester/1' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const status = async (method: string, path: string, how: Ask = {}): Promise<string> => {
    const answer = await ask(method, path, how);
    const { reason, code } = (await answer.json()) as { reason?: string; code?: number };
    return code === undefined ? String(answer.status) : `${answer.status} ${code} ${reason}`;
  };
  const json = async <T = Record<string, unknown>>(path: string, accept = ''): Promise<T> =>
    (await ask('GET', path, { accept })).json() as Promise<T>;

  it.each([
    ['no secret', '/api/v1/pods', {}],
    ['a wrong secret', '/wrong/api/v1/pods', {}],
    ['a wrong token', '/api/v1/pods', { authorization: 'Bearer wrong' }],
    ['a path of the server itself', '/version', {}],
  ])('refuses %s with 401', async (_, path, headers) => {
    const answer = await fetch(`${new URL(server.url).origin}${path}`, { headers });
    expect([answer.status, ((await answer.json()) as { reason: string }).reason]).toEqual([401, 'Unauthorized']);
  });

  it('says the time of its cluster with each answer, also of a watch and of an error', async () => {
    const stop = new AbortController();
    const asked = [
      await ask('GET', WEB),
      await ask('GET', `${APPS}/none`),
      await fetch(`${server.url}${APPS}?watch=true`, { signal: stop.signal }),
    ];
    expect(asked.map(({ headers }) => headers.get('date'))).toEqual(Array(3).fill('Mon, 05 Jan 2026 00:01:00 GMT'));
    stop.abort();
  });

  it('takes the token as a bearer as well as in the path', async () => {
    const headers = { authorization: `Bearer ${server.token}` };
    expect((await fetch(`${new URL(server.url).origin}/version`, { headers })).status).toBe(200);
    expect(server.kubeconfig('shop')).toContain(server.token);
  });

  it.each<[string, string, string, Ask?]>([
    ['404 404 NotFound', 'GET', '/api/v1/secrets'],
    ['404 404 NotFound', 'GET', '/apis/nothing.example.com/v1/things'],
    ['404 404 NotFound', 'GET', `${APPS}/none`],
    ['404 404 NotFound', 'GET', `${WEB}/nothing`],
    ['404 404 NotFound', 'POST', '/api/v1/namespaces/none/configmaps', { body: named('x') }],
    ['405 405 MethodNotAllowed', 'DELETE', APPS],
    ['405 405 MethodNotAllowed', 'POST', WEB],
    [
      '405 405 MethodNotAllowed',
      'DELETE',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/decisions.fairlead.dev',
    ],
    ['501 501 NotImplemented', 'GET', '/api/v1/namespaces/shop/pods/x/exec'],
    ['404 404 NotFound', 'GET', '/api/v1/namespaces/shop/pods/x/log'],
    ['501 501 NotImplemented', 'DELETE', `${WEB}?propagationPolicy=Orphan`],
    ['400 400 BadRequest', 'GET', '/api/v1/pods?labelSelector=a%3D%3D%3Db%2C%2C('],
    ['400 400 BadRequest', 'GET', '/api/v1/pods?fieldSelector=spec.hidden%3D1'],
    ['400 400 BadRequest', 'GET', '/api/v1/pods?watch=true&resourceVersion=abc'],
    ['400 400 BadRequest', 'POST', APPS, { body: named('other', 'elsewhere') }],
    ['400 400 BadRequest', 'POST', APPS, { body: { kind: 'Pod', metadata: { name: 'x' } } }],
    ['400 400 BadRequest', 'POST', APPS, { body: '[{' }],
    ['400 400 BadRequest', 'PUT', WEB, { body: named('another') }],
    ['409 409 AlreadyExists', 'POST', '/api/v1/namespaces', { body: named('shop') }],
    ['409 409 Conflict', 'DELETE', WEB, { body: { preconditions: { uid: 'another' } } }],
    ['413 413 RequestEntityTooLarge', 'POST', APPS, { body: 'x'.repeat(3_200_000) }],
    ['415 415 UnsupportedMediaType', 'PATCH', WEB, { type: 'text/plain', body: '{}' }],
    ['415 415 UnsupportedMediaType', 'POST', APPS, { type: 'text/plain', body: '{}' }],
    ['422 422 Invalid', 'GET', '/api/v1/pods?watch=true&sendInitialEvents=true'],
    ['422 422 Invalid', 'POST', APPS, { body: { metadata: {} } }],
    ['422 422 Invalid', 'PATCH', `${WEB}?force=true`, { type: 'application/apply-patch+yaml', body: '{}' }],
    ['501 501 NotImplemented', 'PATCH', WEB, jsonPatch({ op: 'move', from: '/a', path: '/b' })],
  ])('says %s to %s %s', async (expected, method, path, how) => {
    expect(await status(method, path, how)).toBe(expected);
  });

  it('serves every kind that the product knows, save those that many clusters do not have', () => {
    const served = new Set(RESOURCES.map(({ kind }) => kind.kind));
    const missing = Object.keys(KINDS).filter((kind) => !served.has(kind));
    expect(missing).toEqual(['ScaledObject', 'VerticalPodAutoscaler']);
  });

  it('describes itself the same in both forms of discovery', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const { items } = (await json('/apis', accept)) as {
      items: { metadata: { name: string }; versions: { version: string; resources: { resource: string }[] }[] }[];
    };
    for (const { metadata, versions } of items) {
      for (const { version, resources } of versions) {
        const plain = (await json(`/apis/${metadata.name}/${version}`)) as { resources: { name: string }[] };
        const names = plain.resources.map(({ name }) => name).filter((name) => !/\/(?:status|scale)$/.test(name));
        expect(names).toEqual(resources.map(({ resource }) => resource));
      }
    }
    expect(items.map(({ metadata }) => metadata.name)).toContain('fairlead.dev');
  });

  it.each([
    ['test', 'that does not hold changes nothing', jsonPatch({ op: 'test', path: '/spec/replicas', value: 9 }), 2],
    ['merge', 'changes what it names', { type: 'application/merge-patch+json', body: { spec: { replicas: 3 } } }, 3],
    ['strategic', 'too', { type: 'application/strategic-merge-patch+json', body: { spec: { replicas: 4 } } }, 4],
  ])('a %s patch %s', async (_, __, how, replicas) => {
    await ask('PATCH', WEB, how);
    expect(world.get(KINDS.Deployment, 'shop', 'web')?.spec).toMatchObject({ replicas });
  });

  it.each(['PUT', 'PATCH', 'POST', 'DELETE'])('a dry run of %s writes nothing', async (method) => {
    const before = world.objects.version;
    const old = await json(WEB);
    const body = {
      PUT: { ...old, spec: { ...Object(old['spec']), replicas: 5 } },
      PATCH: { spec: { replicas: 5 } },
      POST: deploymentObject('shop', 'new', { replicas: 1 }),
      DELETE: {},
    }[method];
    const path = method === 'POST' ? APPS : WEB;
    const answer = await ask(method, `${path}?dryRun=All`, {
      ...(method === 'PATCH' ? { type: 'application/merge-patch+json' } : {}),
      body,
    });
    expect(answer.ok).toBe(true);
    expect(world.objects.version).toBe(before);
  });

  it('refuses unknown fields strictly, or drops them with a warning', async () => {
    const path = '/apis/fairlead.dev/v1alpha1/namespaces/shop/decisions';
    const body = { ...decisionObject('shop', 'd'), surprise: 1 };
    expect(await status('POST', `${path}?fieldValidation=Strict`, { body })).toBe('400 400 BadRequest');
    const answer = await ask('POST', path, { body });
    expect(answer.headers.get('warning')).toContain('unknown field');
    expect(await answer.json()).not.toHaveProperty('surprise');
  });

  it('scales through the subresource, and compares a resourceVersion there', async () => {
    const scale = await json(`${WEB}/scale`);
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 2, selector: 'app=web' } });
    expect((await ask('PUT', `${WEB}/scale`, { body: { ...scale, spec: { replicas: 3 } } })).status).toBe(200);
    expect(await status('PUT', `${WEB}/scale`, { body: scale })).toBe('409 409 Conflict');
  });

  it('shows tables as kubectl asks for them, with as much of each object as it wants', async () => {
    const plain = (await json(APPS, TABLE)) as { kind: string; rows: { cells: unknown[]; object: { kind: string } }[] };
    expect([plain.kind, plain.rows[0]?.cells.slice(0, 5), plain.rows[0]?.object.kind]).toEqual([
      'Table',
      ['web', '2/2', 2, 2, '60s'],
      'PartialObjectMetadata',
    ]);
    const whole = (await json(`${APPS}?includeObject=Object`, TABLE)) as { rows: { object: { kind: string } }[] };
    expect(whole.rows[0]?.object.kind).toBe('Deployment');
  });

  it('shows what an autoscaler sees beside what it wants, and what it cannot see as unknown', async () => {
    const { apiVersion, kind } = KINDS.HorizontalPodAutoscaler;
    const cpu = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 90 } };
    for (const name of ['web', 'gone']) {
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
      const metrics = name === 'web' ? [{ type: 'Resource', resource: cpu }] : [];
      const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 4, metrics };
      world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec });
    }
    await world.advance(15_000);
    const path = '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers';
    const { rows } = await json<{ rows: { cells: unknown[] }[] }>(path, TABLE);
    expect(rows.map(({ cells }) => cells.slice(0, 6))).toEqual([
      ['gone', 'Deployment/gone', 'cpu: <unknown>/80%', 1, 4, 0],
      ['web', 'Deployment/web', 'cpu: 100%/90%', 1, 4, 2],
    ]);
  });

  it('serves an Event in the words of both its groups', async () => {
    const core = await json<List>('/api/v1/namespaces/shop/events?fieldSelector=involvedObject.kind%3DDeployment');
    const events = await json<List>('/apis/events.k8s.io/v1/namespaces/shop/events');
    expect(core.items[0]).toMatchObject({ apiVersion: 'v1', message: expect.stringContaining('Scaled up'), count: 1 });
    expect(core.items[0]).not.toHaveProperty('note');
    expect(events.items[0]).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: expect.stringContaining('Scaled up'),
    });
    expect(events.items[0]?.['eventTime']).toMatch(/\.000000Z$/);
  });

  it('measures pods, nodes and Deployments, and says which metric it does not know', async () => {
    const pods = await json<List>('/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods');
    expect(pods.items).toHaveLength(2);
    expect(pods.items[0]?.['containers']).toEqual([{ name: 'app', usage: { cpu: '100000000n', memory: '65536Ki' } }]);
    const nodes = await json<List>('/apis/metrics.k8s.io/v1beta1/nodes');
    expect(nodes.items[0]?.['usage']).toEqual({ cpu: '200000000n', memory: '131072Ki' });
    const custom = '/apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/deployments.apps';
    expect((await json<List>(`${custom}/*/http_latency_p95_seconds`)).items[0]).toMatchObject({
      describedObject: { name: 'web' },
    });
    expect(await status('GET', `${custom}/*/nope`)).toBe('404 404 NotFound');
    world.metricsFault({ target: '*', failing: 'the source is down' });
    expect(await status('GET', `${custom}/web/http_error_ratio`)).toBe('503 503 ServiceUnavailable');
    expect(await status('GET', '/apis/metrics.k8s.io/v1beta1/pods')).toBe('503 503 ServiceUnavailable');
  });

  it('deletes for a watcher what leaves its selection, and adds what enters it', async () => {
    const path = '/api/v1/namespaces/shop/configmaps';
    const label = (name: string, tier: string) =>
      ask('PATCH', `${path}/${name}`, {
        type: 'application/merge-patch+json',
        body: { metadata: { labels: { tier } } },
      });
    for (const [name, tier] of [
      ['in', 'a'],
      ['out', 'b'],
    ]) {
      await ask('POST', path, { body: { metadata: { name, labels: { tier } } } });
    }
    const { metadata } = (await json(path)) as { metadata: { resourceVersion: string } };
    const watch = await ask(
      'GET',
      `${path}?watch=true&labelSelector=tier%3Da&resourceVersion=${metadata.resourceVersion}`,
    );
    await label('in', 'b');
    await label('out', 'a');
    await ask('DELETE', `${path}/out`);
    expect(await lines(watch, 3)).toEqual(['DELETED in', 'ADDED out', 'DELETED out']);
  });

  it('begins a watch without a version with all that is there, and ends it when its time is up', async () => {
    const watch = await ask('GET', `${APPS}?watch=true&timeoutSeconds=5&allowWatchBookmarks=true`);
    expect(await lines(watch, 1)).toEqual(['ADDED web']);
    const other = await ask(
      'GET',
      `${APPS}?watch=true&timeoutSeconds=40&allowWatchBookmarks=true&resourceVersion=${world.objects.version}`,
    );
    const rest = lines(other);
    await world.advance(41_000);
    expect(await rest).toEqual(['BOOKMARK ']);
  });

  it('keeps a Deployment that is deleted in the foreground for a moment, and empties a namespace with it', async () => {
    await ask('DELETE', `${WEB}?propagationPolicy=Foreground`);
    expect((await json(WEB))['metadata'] as object).toHaveProperty('deletionTimestamp');
    await world.advance(3_000);
    expect(await status('GET', WEB)).toBe('404 404 NotFound');
    await ask('DELETE', '/api/v1/namespaces/shop');
    expect(world.objects.list(KINDS.Pod, 'shop')).toEqual([]);
  });
});

interface Ask {
  readonly type?: string;
  readonly accept?: string;
  readonly body?: unknown;
}

interface List {
  readonly items: Record<string, unknown>[];
}

function named(name: string, namespace?: string): object {
  return { metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

function jsonPatch(...operations: object[]): Ask {
  return { type: 'application/json-patch+json', body: operations };
}

/** `TYPE name` of the first lines of a watch, or of all until it ends. */
async function lines(watch: Response, count = Number.POSITIVE_INFINITY): Promise<string[]> {
  const found: string[] = [];
  let text = '';
  const reader = watch.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader !== undefined && found.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
    const complete = text.split('\n');
    text = complete.pop() ?? '';
    for (const line of complete) {
      const { type, object } = JSON.parse(line) as { type: string; object: { metadata: { name: string } } };
      found.push(`${type} ${object.metadata.name}`);
    }
  }
  await reader?.cancel();
  return found;
}
