import type { ChangeEvent } from '../../src/schema/api/lists.ts';
import { localNow, serverNow } from '../lib/clock.ts';

/** The gateway says something every five seconds. Two of these missed, and what is on the page may be old. */
const SILENCE_MS = 10_000;
const RETRY_MS = 3_000;

export interface Line {
  readonly live: boolean;
  /** Gateway's clock, ms; undefined before the first word. */
  readonly heardAt: number | undefined;
}

type Kind = ChangeEvent['kind'];

let source: EventSource | undefined;
let lastLocal = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let line: Line = { live: false, heardAt: undefined };
const lines = new Set<(line: Line) => void>();
const changes = new Set<(change: ChangeEvent | undefined) => void>();

export const lineNow = (): Line => line;

export function onLine(listener: (line: Line) => void): () => void {
  lines.add(listener);
  return () => lines.delete(listener);
}

/** `undefined` as the change: the line was cut and is back, so anything may have changed. */
export function onChange(kinds: readonly Kind[], listener: () => void): () => void {
  const wrapped = (change: ChangeEvent | undefined): void => {
    if (change === undefined || kinds.includes(change.kind)) listener();
  };
  changes.add(wrapped);
  return () => changes.delete(wrapped);
}

/** Opens the one stream of this page; the browser resumes it by the id of the last event. Returns what ends it. */
export function listen(): () => void {
  open();
  const watch = setInterval(() => {
    if (line.live && localNow() - lastLocal > SILENCE_MS) lost();
  }, 500);
  return () => {
    clearInterval(watch);
    clearTimeout(retry);
    source?.close();
    source = undefined;
    tell({ live: false, heardAt: line.heardAt });
  };
}

function open(): void {
  source?.close();
  const opened = new EventSource('/api/events');
  source = opened;
  opened.addEventListener('open', heard);
  opened.addEventListener('beat', heard);
  opened.addEventListener('message', heard);
  opened.addEventListener('change', (event) => {
    heard();
    const change = changeOf(event.data);
    if (change !== undefined) for (const listener of changes) listener(change);
  });
  opened.addEventListener('error', () => {
    lost();
    // A refusal (a proxy's 502, a restart) closes the stream for good; then it is up to us.
    if (opened.readyState === EventSource.CLOSED && source === opened) {
      clearTimeout(retry);
      retry = setTimeout(open, RETRY_MS);
    }
  });
}

function heard(): void {
  lastLocal = localNow();
  const back = !line.live && line.heardAt !== undefined;
  tell({ live: true, heardAt: serverNow() });
  if (back) for (const listener of changes) listener(undefined);
}

function lost(): void {
  if (line.live) tell({ live: false, heardAt: line.heardAt });
}

function tell(next: Line): void {
  const same = next.live === line.live;
  line = next;
  if (!same) for (const listener of lines) listener(next);
}

function changeOf(data: unknown): ChangeEvent | undefined {
  try {
    return typeof data === 'string' ? (JSON.parse(data) as ChangeEvent) : undefined;
  } catch {
    return undefined;
  }
}
