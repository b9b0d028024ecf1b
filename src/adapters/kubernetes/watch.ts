import { z } from 'zod';
import type { WatchEvent } from '../../ports/cluster.ts';
import type { Kind } from '../../schema/kube.ts';
import type { ApiClient } from './client.ts';
import { shorten } from './errors.ts';
import { asObject } from './objects.ts';
import { withQuery } from './paths.ts';

/** The server ends a watch by itself after this long. */
const SERVER_TIMEOUT_S = 300;
const MAX_LINE = 16 * 1024 * 1024;

const Line = z.object({ type: z.string(), object: z.unknown() });
const Failure = z.object({ code: z.number().optional(), message: z.string().optional() });
const TYPES: Readonly<Record<string, 'added' | 'modified' | 'deleted'>> = {
  ADDED: 'added',
  MODIFIED: 'modified',
  DELETED: 'deleted',
};

/** One watch stream, until it ends, fails or is aborted. Reconnecting and the resourceVersion to go on from are the caller's. */
export async function* watch(
  client: ApiClient,
  kind: Kind,
  path: string,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  if (signal.aborted) return;
  const opened = await client.stream(
    withQuery(path, {
      watch: 'true',
      resourceVersion,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(SERVER_TIMEOUT_S),
    }),
  );
  if (!opened.ok) {
    // A kind that is not served (yet) has no resourceVersion to go on from either: list again.
    const gone = opened.error.code === 'gone' || opened.error.code === 'notFound';
    if (!signal.aborted) yield { type: 'ended', gone, message: opened.error.message };
    return;
  }
  const { request, response } = opened.value;
  const stop = (): void => void request.destroy();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const line of lines(response.setEncoding('utf8'))) {
      if (signal.aborted) return;
      const event = eventOf(kind, line);
      if (event === undefined) continue;
      yield event;
      if (event.type === 'ended') return;
    }
    if (!signal.aborted) yield { type: 'ended', gone: false, message: 'the API server ended the watch' };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) yield { type: 'ended', gone: false, message: shorten(`the watch broke: ${words}`) };
  } finally {
    signal.removeEventListener('abort', stop);
    request.destroy();
  }
}

/** Bookmarks and event types that we do not know say nothing. */
function eventOf(kind: Kind, line: string): WatchEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { type: 'ended', gone: false, message: 'a line of the watch is not JSON' };
  }
  const parsed = Line.safeParse(json);
  if (!parsed.success) return { type: 'ended', gone: false, message: 'a line of the watch is no event' };
  const { type, object } = parsed.data;
  if (type === 'ERROR') {
    const failure = Failure.safeParse(object);
    const { code, message } = failure.success ? failure.data : {};
    return { type: 'ended', gone: code === 410, message: shorten(message ?? 'the watch failed without a reason') };
  }
  const change = TYPES[type];
  if (change === undefined) return undefined;
  const read = asObject(kind, object);
  return read.ok ? { type: change, object: read.value } : { type: 'ended', gone: false, message: read.error.message };
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    rest += chunk;
    if (!chunk.includes('\n')) {
      if (rest.length > MAX_LINE) throw new Error(`a line is longer than ${MAX_LINE} characters`);
      continue;
    }
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield part;
  }
  if (rest !== '') throw new Error('it was cut in the middle of an event');
}
