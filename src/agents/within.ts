import type { Clock } from '../ports/clock.ts';

export type Within<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'time' }
  | { readonly kind: 'aborted' };

/**
 * Does `work` until it settles, `ms` have passed on the clock, or `signal` aborts, whichever comes first. The work's own
 * signal aborts in the last two cases; work that ignores it is left behind, and what it comes to is dropped. A rejection
 * before that is passed on.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Within<T>> {
  if (signal.aborted) return { kind: 'aborted' };
  const inner = new AbortController();
  const over = new AbortController();
  let stop = (): void => undefined;
  const aborted = new Promise<Within<T>>((resolve) => {
    stop = () => resolve({ kind: 'aborted' });
    signal.addEventListener('abort', stop, { once: true });
  });
  const time = clock.sleep(ms, over.signal).then((): Within<T> => ({ kind: 'time' }));
  const done = Promise.resolve()
    .then(() => work(inner.signal))
    .then((value): Within<T> => ({ kind: 'done', value }));
  try {
    return await Promise.race([done, time, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    inner.abort();
    over.abort();
    done.catch(() => undefined);
  }
}
