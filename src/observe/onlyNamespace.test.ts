import { describe, expect, it } from 'vitest';
import type { ClusterReader, WatchEvent } from '../ports/cluster.ts';
import { KINDS, type Kind, type KubeObject } from '../schema/kube.ts';
import { onlyNamespace } from './onlyNamespace.ts';

const object = (kind: Kind, namespace: string, name: string): KubeObject => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  metadata: { name, namespace, resourceVersion: '9' },
});

/** Answers with one object of the namespace it was asked for, and remembers what that was. */
function asked() {
  const calls: string[] = [];
  const streams = new Map<string, (event: WatchEvent) => void>();
  const stopped: string[] = [];
  const reader: ClusterReader = {
    raw: async (path) => {
      calls.push(`raw ${path}`);
      return { ok: true, value: undefined };
    },
    get: async (kind, namespace, name) => {
      calls.push(`get ${kind.plural} ${namespace ?? '*'} ${name}`);
      return { ok: true, value: undefined };
    },
    list: async (kind, namespace) => {
      calls.push(`list ${kind.plural} ${namespace ?? '*'}`);
      const items = namespace === undefined ? [] : [object(kind, namespace, 'a')];
      return { ok: true, value: { items, resourceVersion: String(calls.length) } };
    },
    watch: async function* (kind, namespace, version, signal) {
      const where = namespace ?? '*';
      calls.push(`watch ${kind.plural} ${where} from ${version}`);
      try {
        while (!signal.aborted) {
          const event = await new Promise<WatchEvent | undefined>((resolve) => {
            streams.set(where, resolve);
            signal.addEventListener('abort', () => resolve(undefined), { once: true });
          });
          if (event === undefined) return;
          yield event;
        }
      } finally {
        stopped.push(where);
      }
    },
  };
  return { reader, calls, stopped, tell: (where: string, event: WatchEvent) => streams.get(where)?.(event) };
}

const scope = { only: 'shop', own: 'agent-system' };

describe('a reader of one namespace', () => {
  it.each([
    ['Deployment', ['list deployments shop']],
    ['Blueprint', ['list blueprints shop']],
    ['CircuitBreaker', ['list circuitbreakers shop', 'list circuitbreakers agent-system']],
    ['Node', ['list nodes *']],
    ['ClusterBlueprint', ['list clusterblueprints *']],
  ] as const)('lists %s as far as it may', async (kind, calls) => {
    const fake = asked();
    await onlyNamespace(fake.reader, scope).list(KINDS[kind]);
    expect(fake.calls).toEqual(calls);
  });

  it('is as old as the first of two lists, and fails with either', async () => {
    const fake = asked();
    const listed = await onlyNamespace(fake.reader, scope).list(KINDS.CircuitBreaker);
    expect(listed).toMatchObject({ ok: true, value: { resourceVersion: '1' } });
    expect(listed.ok && listed.value.items.map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'agent-system']);
    const failing: ClusterReader = {
      ...fake.reader,
      list: (kind, namespace) =>
        namespace === 'shop'
          ? fake.reader.list(kind, namespace)
          : Promise.resolve({ ok: false, error: { code: 'denied', message: 'no', uncertain: false } }),
    };
    expect(await onlyNamespace(failing, scope).list(KINDS.CircuitBreaker)).toMatchObject({ ok: false });
  });

  it('is any reader where all namespaces are governed', () => {
    const { reader } = asked();
    expect(onlyNamespace(reader, { only: undefined, own: 'agent-system' })).toBe(reader);
  });

  it('knows the time of the server where the reader does', () => {
    const { reader } = asked();
    expect(onlyNamespace(reader, scope).serverNow).toBeUndefined();
    expect(onlyNamespace({ ...reader, serverNow: () => 7 }, scope).serverNow?.()).toBe(7);
  });

  it('lists once where both are the same', async () => {
    const fake = asked();
    await onlyNamespace(fake.reader, { only: 'shop', own: 'shop' }).list(KINDS.CircuitBreaker);
    expect(fake.calls).toEqual(['list circuitbreakers shop']);
  });

  it('asks for nothing of another namespace, and says why', async () => {
    const fake = asked();
    const reader = onlyNamespace(fake.reader, scope);
    for (const answer of [
      await reader.list(KINDS.Deployment, 'other'),
      await reader.get(KINDS.Deployment, 'other', 'web'),
    ]) {
      expect(answer).toMatchObject({
        ok: false,
        error: { code: 'denied', message: expect.stringMatching(/other.*shop alone/) },
      });
    }
    expect(fake.calls).toEqual([]);
    await reader.get(KINDS.Lease, 'agent-system', 'fairlead-executor');
    await reader.get(KINDS.Namespace, undefined, 'kube-system');
    expect(fake.calls).toEqual(['get leases agent-system fairlead-executor', 'get namespaces * kube-system']);
  });

  it('hears both namespaces, and lists again when either falls silent', async () => {
    const fake = asked();
    const stop = new AbortController();
    const events = onlyNamespace(fake.reader, scope)
      .watch(KINDS.CircuitBreaker, undefined, '7', stop.signal)
      [Symbol.asyncIterator]();
    const modified = (namespace: string): WatchEvent => ({
      type: 'modified',
      object: object(KINDS.CircuitBreaker, namespace, 'fleet'),
    });
    for (const where of ['agent-system', 'shop', 'agent-system']) {
      const heard = events.next();
      await Promise.resolve();
      fake.tell(where, modified(where));
      expect((await heard).value).toEqual(modified(where));
    }
    const heard = events.next();
    await Promise.resolve();
    fake.tell('shop', { type: 'ended', gone: false, message: 'time is over' });
    expect((await heard).value).toEqual({ type: 'ended', gone: true, message: 'time is over' });
    expect((await events.next()).done).toBe(true);
    expect(fake.stopped.toSorted()).toEqual(['agent-system', 'shop']);
    expect(fake.calls).toEqual(['watch circuitbreakers shop from 7', 'watch circuitbreakers agent-system from 7']);
  });

  it('ends without a word when it is told to', async () => {
    const fake = asked();
    const stop = new AbortController();
    const events = onlyNamespace(fake.reader, scope)
      .watch(KINDS.CircuitBreaker, undefined, '7', stop.signal)
      [Symbol.asyncIterator]();
    const heard = events.next();
    stop.abort();
    expect(await heard).toEqual({ done: true, value: undefined });
  });
});
