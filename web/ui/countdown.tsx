import { useEffect, useRef } from 'preact/hooks';
import { useNow } from '../api/hooks.ts';
import { leftOf } from '../lib/time.ts';
import { say } from './say.tsx';

/** What is left, every second for the eye; a screen reader is told once, one minute before the end. */
export function Countdown({ until, what }: { readonly until: string; readonly what: string }) {
  const left = Date.parse(until) - useNow();
  const told = useRef(false);
  useEffect(() => {
    if (left > 60_000 || left <= 0 || told.current) return;
    told.current = true;
    say(`One minute left for ${what}`);
  }, [left, what]);
  return <b role="timer">{leftOf(left)}</b>;
}
