import type { WatchEvent } from '../ports/cluster.ts';
import type { Kind } from '../schema/kube.ts';
import type { Happening, Objects } from './objects.ts';

/** The open watches of one port, so that a test can cut them all. */
export class Watches {
  readonly #objects: Objects;
  readonly #open = new Set<() => void>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** Ends every open watch as a restarted API server does. */
  cut(): void {
    for (const end of [...this.#open]) end();
  }

  async *watch(
    kind: Kind,
    namespace: string | undefined,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent> {
    const concerns = (happening: Happening): boolean =>
      happening.kind.kind === kind.kind &&
      (namespace === undefined || happening.object.metadata.namespace === namespace);
    const past = this.#objects.since(Number(resourceVersion));
    if (past === undefined) {
      yield { type: 'ended', gone: true, message: `too old resource version: ${resourceVersion}` };
      return;
    }
    const queue = past.filter(concerns);
    let wake: () => void = () => undefined;
    let cut = false;
    const stopListening = this.#objects.onChange((happening) => {
      if (!concerns(happening)) return;
      queue.push(happening);
      wake();
    });
    const end = (): void => {
      cut = true;
      wake();
    };
    const abort = (): void => wake();
    this.#open.add(end);
    signal.addEventListener('abort', abort);
    try {
      while (!signal.aborted) {
        const next = queue.shift();
        if (next !== undefined) {
          yield { type: next.type, object: next.object };
        } else if (cut) {
          yield { type: 'ended', gone: false, message: 'the connection was closed' };
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      stopListening();
      this.#open.delete(end);
      signal.removeEventListener('abort', abort);
    }
  }
}
