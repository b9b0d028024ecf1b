import type { ClusterError, ClusterReader, ClusterResult, KubeList, WatchEvent } from '../ports/cluster.ts';
import type { Kind } from '../schema/kube.ts';

interface Scope {
  /** The one that is governed; undefined: all are. */
  readonly only: string | undefined;
  /** Ours, where the record `fleet` stands. */
  readonly own: string;
}

/**
 * A reader to whom the one namespace is all there are: for an installation whose rights end there. Records of our own
 * namespace are read beside it, kinds without a namespace as they are, and nothing of any other.
 */
export function onlyNamespace(reader: ClusterReader, { only, own }: Scope): ClusterReader {
  if (only === undefined) return reader;
  const scopeOf = (kind: Kind): readonly string[] =>
    kind.kind === 'CircuitBreaker' && own !== only ? [only, own] : [only];
  const isIn = (namespace: string): boolean => namespace === only || namespace === own;
  return {
    raw: (path) => reader.raw(path),
    ...(reader.serverNow && { serverNow: () => reader.serverNow?.() }),
    async get(kind, namespace, name) {
      if (kind.namespaced && namespace !== undefined && !isIn(namespace)) return outside(kind, namespace, only);
      return reader.get(kind, namespace, name);
    },
    async list(kind, namespace, labelSelector) {
      if (!kind.namespaced) return reader.list(kind, namespace, labelSelector);
      if (namespace !== undefined && !isIn(namespace)) return outside(kind, namespace, only);
      const scope = namespace === undefined ? scopeOf(kind) : [namespace];
      return joined(scope.map((one) => () => reader.list(kind, one, labelSelector)));
    },
    watch(kind, namespace, resourceVersion, signal) {
      if (!kind.namespaced) return reader.watch(kind, namespace, resourceVersion, signal);
      const [first = only, second] = namespace === undefined ? scopeOf(kind) : [namespace];
      if (second === undefined) return reader.watch(kind, first, resourceVersion, signal);
      return together((one, until) => reader.watch(kind, one, resourceVersion, until), [first, second], signal);
    },
  };
}

const outside = (kind: Kind, namespace: string, only: string): { ok: false; error: ClusterError } => ({
  ok: false,
  error: {
    code: 'denied',
    message: `${kind.kind} in ${namespace}: this installation reads the namespace ${only} alone (--only-namespace)`,
    uncertain: false,
  },
});

/** One after the other, and as old as the first: what the second has that is newer, the watch tells again. */
async function joined(lists: readonly (() => Promise<ClusterResult<KubeList>>)[]): Promise<ClusterResult<KubeList>> {
  let whole: KubeList | undefined;
  for (const list of lists) {
    const part = await list();
    if (!part.ok) return part;
    whole = whole === undefined ? part.value : { ...whole, items: [...whole.items, ...part.value.items] };
  }
  return { ok: true, value: whole ?? { items: [], resourceVersion: '' } };
}

/**
 * Two watches as one. Where either ends, both do, and all is listed again: a version that one of them told says nothing of
 * what the other had still to tell.
 */
async function* together(
  watch: (namespace: string, until: AbortSignal) => AsyncIterable<WatchEvent>,
  namespaces: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const streams = namespaces.map((one) => watch(one, stop.signal)[Symbol.asyncIterator]());
  const next = (index: number): Promise<{ index: number; result: IteratorResult<WatchEvent> }> | undefined =>
    streams[index]?.next().then((result) => ({ index, result }));
  const waiting = streams.map((_, index) => next(index));
  try {
    for (;;) {
      const first = await Promise.race(waiting);
      if (first === undefined || first.result.done === true) {
        if (!signal.aborted) yield { type: 'ended', gone: true, message: 'one of two watches ended' };
        return;
      }
      const event = first.result.value;
      if (event.type === 'ended') {
        yield { ...event, gone: true };
        return;
      }
      yield event;
      waiting[first.index] = next(first.index);
    }
  } finally {
    signal.removeEventListener('abort', abort);
    stop.abort();
    // What the other stream still says, nobody hears; that it fails is no news either.
    await Promise.allSettled([...waiting, ...streams.map((stream) => stream.return?.())]);
  }
}
