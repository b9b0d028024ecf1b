import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ChangeEvent } from '../../src/schema/api/lists.ts';
import { serverNow } from '../lib/clock.ts';
import { get, type Problem } from './client.ts';
import { type Line, lineNow, onChange, onLine } from './live.ts';

export interface Resource<T> {
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  /** When `data` was read, gateway's clock, ms. */
  readonly readAt: number | undefined;
  readonly reload: () => Promise<void>;
}

/** Events come in bursts (one change writes several records); one read answers them all. */
const BURST_MS = 200;

/** Reads a path and reads it again when one of `kinds` changes. What was read stays while newer is on its way. */
export function useResource<T>(path: string | undefined, kinds: readonly ChangeEvent['kind'][] = []): Resource<T> {
  const [state, setState] = useState<Omit<Resource<T>, 'reload'> & { readonly path: string | undefined }>(empty(path));
  const abort = useRef<AbortController | undefined>(undefined);
  const reload = useCallback(async () => {
    if (path === undefined) return;
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    const answer = await get<T>(path, mine.signal);
    if (mine.signal.aborted) return;
    setState((before) =>
      answer.ok
        ? { path, data: answer.value, problem: undefined, readAt: serverNow() }
        : { ...(before.path === path ? before : empty(path)), problem: answer.problem },
    );
  }, [path]);
  const wanted = kinds.join(' ');
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const stop = onChange(wanted.split(' ') as ChangeEvent['kind'][], () => {
      clearTimeout(due);
      due = setTimeout(() => void reload(), BURST_MS);
    });
    void reload();
    return () => {
      stop();
      clearTimeout(due);
      abort.current?.abort();
    };
  }, [reload, wanted]);
  // A page of another path is not this page: rather nothing than the wrong service's figures.
  return state.path === path ? { ...state, reload } : { ...empty(path), reload };
}

const empty = <T>(path: string | undefined): Omit<Resource<T>, 'reload'> & { readonly path: string | undefined } => ({
  path,
  data: undefined,
  problem: undefined,
  readAt: undefined,
});

export function useLine(): Line {
  const [line, setLine] = useState(lineNow());
  useEffect(() => {
    setLine(lineNow());
    return onLine(setLine);
  }, []);
  return line;
}

/** Gateway's clock, every second. */
export function useNow(): number {
  const [now, setNow] = useState(serverNow());
  useEffect(() => {
    const tick = setInterval(() => setNow(serverNow()), 1_000);
    return () => clearInterval(tick);
  }, []);
  return now;
}
