import type { AnswerSoFar } from '../../ports/model.ts';
import { EventStream, looksLikeEvents } from './eventStream.ts';

/**
 * The body of a completion that was asked for as a stream: put together from its events, or as it is where the endpoint sent
 * it whole all the same. `watch` is told whenever some more was written. It ends with the announced end, even when the
 * connection stays open, and rejects when the connection breaks before.
 */
export async function streamedBody({ body }: Response, watch: (soFar: AnswerSoFar) => void): Promise<unknown> {
  let text = '';
  let events: EventStream | undefined;
  let shown = 0;
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    if (events === undefined) {
      text += piece;
      if (!looksLikeEvents(text)) continue;
      events = new EventStream();
      events.add(text);
    } else events.add(piece);
    if (events.isDone) break;
    if (events.size === shown) continue;
    shown = events.size;
    watch(events.soFar);
  }
  return events === undefined ? wholeBody(text) : events.end();
}

/** Throws a SyntaxError for half a JSON; a page or other text is told for what it is by whoever reads it. */
const wholeBody = (text: string): unknown => (/^\s*(?:[{["]|$)/.test(text) ? JSON.parse(text) : text);
