import type { ClusterError, ClusterReader, ClusterResult, KubeList, WatchEvent } from '../ports/cluster.ts';
import type { Kind, KubeObject } from '../schema/kube.ts';

interface Stream {
  readonly kind: string;
  readonly queue: WatchEvent[];
  wake: () => void;
}

/**
 * The reading half of a cluster, as small as it can be and honest about what a mirror depends on: versions that count up,
 * watches that deliver what was put after they opened, streams that can be cut or told that they are too old, and reads
 * that can be made to fail. It has no controllers: a test puts what they would.
 */
export class FakeCluster implements ClusterReader {
  readonly calls: { readonly verb: 'get' | 'list' | 'watch'; readonly kind: string; readonly namespace?: string }[] =
    [];
  readonly #objects = new Map<string, KubeObject>();
  readonly #log: { readonly kind: string; readonly version: number; readonly event: WatchEvent }[] = [];
  readonly #streams = new Set<Stream>();
  readonly #failures = new Map<string, ClusterError>();
  readonly #notServed = new Set<string>();
  #version = 100;

  /** Creates or updates, giving uid and resourceVersion as an API server does; answers with what is stored. */
  put(object: KubeObject): KubeObject {
    const key = keyOf(object.kind, object.metadata.namespace, object.metadata.name);
    const before = this.#objects.get(key);
    this.#version += 1;
    const uid = object.metadata.uid ?? before?.metadata.uid ?? `uid-${key}`;
    const stored: KubeObject = {
      ...structuredClone(object),
      metadata: {
        creationTimestamp: '2026-01-05T00:00:00Z',
        ...structuredClone(object.metadata),
        uid,
        resourceVersion: String(this.#version),
      },
    };
    this.#objects.set(key, stored);
    this.#emit({ type: before === undefined ? 'added' : 'modified', object: stored });
    return stored;
  }

  remove(kind: Kind, namespace: string | undefined, name: string): void {
    const key = keyOf(kind.kind, namespace, name);
    const object = this.#objects.get(key);
    if (object === undefined) throw new Error(`no ${key}`);
    this.#objects.delete(key);
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    this.#emit({ type: 'deleted', object: { ...object, metadata } });
  }

  /** Sends an event as it is, stored or not: what a client may get from a server that repeats itself. */
  send(event: WatchEvent & { readonly object: KubeObject }): void {
    for (const stream of this.#streams) if (stream.kind === event.object.kind) deliver(stream, event);
  }

  /** Ends the open streams of a kind. */
  cut(kind: Kind, gone = false): void {
    for (const stream of this.#streams) {
      if (stream.kind === kind.kind) deliver(stream, { type: 'ended', gone, message: gone ? 'too old' : 'cut' });
    }
  }

  /** Makes reads of a kind fail until told otherwise; open streams are cut. */
  fail(kind: Kind, error?: Partial<ClusterError>): void {
    this.#failures.set(kind.kind, { code: 'unavailable', message: 'connection refused', uncertain: false, ...error });
    this.cut(kind);
  }

  mend(kind: Kind): void {
    this.#failures.delete(kind.kind);
  }

  /** The kind's definition is not installed (or is, with `false`). */
  notServed(kind: Kind, yes = true): void {
    if (yes) this.#notServed.add(kind.kind);
    else this.#notServed.delete(kind.kind);
  }

  async get(kind: Kind, namespace: string | undefined, name: string): Promise<ClusterResult<KubeObject | undefined>> {
    this.#record('get', kind, namespace);
    const failure = this.#failures.get(kind.kind);
    if (failure !== undefined) return { ok: false, error: failure };
    return { ok: true, value: this.#objects.get(keyOf(kind.kind, namespace, name)) };
  }

  async list(kind: Kind, namespace?: string): Promise<ClusterResult<KubeList>> {
    this.#record('list', kind, namespace);
    const failure = this.#failures.get(kind.kind);
    if (failure !== undefined) return { ok: false, error: failure };
    if (this.#notServed.has(kind.kind)) return { ok: true, value: { items: [], resourceVersion: '' } };
    const items = [...this.#objects.values()].filter(
      (object) => object.kind === kind.kind && (namespace === undefined || object.metadata.namespace === namespace),
    );
    return { ok: true, value: { items, resourceVersion: String(this.#version) } };
  }

  async *watch(
    kind: Kind,
    namespace: string | undefined,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    this.#record('watch', kind, namespace);
    if (this.#failures.has(kind.kind)) {
      yield { type: 'ended', gone: false, message: 'connection refused' };
      return;
    }
    const missed = this.#log.filter((one) => one.kind === kind.kind && one.version > Number(resourceVersion));
    const stream: Stream = { kind: kind.kind, queue: missed.map(({ event }) => event), wake: () => {} };
    this.#streams.add(stream);
    const stop = (): void => stream.wake();
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!signal.aborted) {
        const event = stream.queue.shift();
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            stream.wake = resolve;
          });
          continue;
        }
        yield event;
        if (event.type === 'ended') return;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      this.#streams.delete(stream);
    }
  }

  async raw(): Promise<ClusterResult<unknown>> {
    return { ok: true, value: undefined };
  }

  #emit(event: WatchEvent & { readonly object: KubeObject }): void {
    this.#log.push({ kind: event.object.kind, version: this.#version, event });
    this.send(event);
  }

  #record(verb: 'get' | 'list' | 'watch', kind: Kind, namespace: string | undefined): void {
    this.calls.push({ verb, kind: kind.kind, ...(namespace !== undefined && { namespace }) });
  }
}

function deliver(stream: Stream, event: WatchEvent): void {
  stream.queue.push(event);
  stream.wake();
}

const keyOf = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind} ${namespace ?? ''}/${name}`;
