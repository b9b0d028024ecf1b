import { describe, expect, it } from 'vitest';
import { watchedBody } from './watchedBody.ts';

const bytes = new TextEncoder();

/** What is written becomes the body; `ends` hears of its end. */
function stage() {
  const ends: boolean[] = [];
  let source: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      source = controller;
    },
  });
  if (source === undefined) throw new Error('a stream without a start');
  const response = new Response(body, { status: 201, headers: { 'content-type': 'text/event-stream' } });
  return { ends, source, watched: watchedBody(response, (isCut) => ends.push(isCut)) };
}

describe('an answer that is watched', () => {
  it('is the same answer, and has ended when it was read to its end', async () => {
    const { ends, source, watched } = stage();
    source.enqueue(bytes.encode('data: 1'));
    expect([watched.status, watched.headers.get('content-type')]).toEqual([201, 'text/event-stream']);
    expect(ends).toEqual([]);
    source.close();
    expect(await watched.text()).toBe('data: 1');
    expect(ends).toEqual([false]);
  });

  it('is cut, once, when nobody reads it any more', async () => {
    const { ends, watched } = stage();
    await watched.body?.cancel('gone');
    expect(ends).toEqual([true]);
  });

  it('is cut, once, when it breaks, and whoever reads it is told', async () => {
    const { ends, source, watched } = stage();
    source.error(new Error('broken'));
    await expect(watched.text()).rejects.toThrow('broken');
    expect(ends).toEqual([true]);
  });

  it('without a body is left alone', () => {
    const none = new Response(null, { status: 202 });
    expect(watchedBody(none, () => {})).toBe(none);
  });
});
