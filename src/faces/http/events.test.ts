import { describe, expect, it } from 'vitest';
import { type GatewayStage, openGateway } from '../../../test/stages/gatewayStage.ts';
import { settle } from '../../testing/manualClock.ts';

function open(): { stage: GatewayStage; cookie: string; follow: (lastId?: string) => Promise<Reader> } {
  const stage = openGateway();
  stage.person('vera', 'viewer');
  const cookie = stage.session('vera');
  const follow = async (lastId?: string): Promise<Reader> => {
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    const response = await stage.call('GET', '/api/events', { cookie, headers });
    return new Reader(response);
  };
  return { stage, cookie, follow };
}

/** Reads one stream, chunk by chunk. */
class Reader {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  constructor(response: Response) {
    this.response = response;
    if (response.body === null) throw new Error('no body');
    this.#reader = response.body.getReader();
  }
  /** The next chunk as text; undefined at the end. */
  async next(): Promise<string | undefined> {
    const { value } = await this.#reader.read();
    return value === undefined ? undefined : new TextDecoder().decode(value);
  }
  close(): Promise<void> {
    return this.#reader.cancel();
  }
}
const changesIn = (text = ''): unknown[] =>
  [...text.matchAll(/^event: change\n(?:id: .*\n)?data: (.*)$/gm)].map(([, json]) => JSON.parse(json ?? ''));
const idIn = (text = ''): string => /^id: (.*)$/m.exec(text)?.[1] ?? '';

describe('the stream of changes', () => {
  it('says at once that it is there, tells changes as they come, and beats every five seconds between', async () => {
    const { stage, follow } = open();
    const stream = await follow();
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no');
    expect(await stream.next()).toMatch(/^retry: 2000\nevent: beat\nid: test-0\ndata: \{\}\n\n$/);
    const told = stream.next();
    await settle();
    stage.deps.feed.tell({ kind: 'approvals', namespace: 'shop', name: 'web-1' });
    expect(changesIn(await told)).toEqual([{ kind: 'approvals', namespace: 'shop', name: 'web-1' }]);
    const beat = stream.next();
    await settle();
    await stage.clock.advance(4_999);
    expect(await Promise.race([beat, settle().then(() => 'silent')])).toBe('silent');
    await stage.clock.advance(1);
    expect(await beat).toMatch(/^event: beat\nid: test-1\n/);
    await stream.close();
  });

  it('goes on where a reader was cut off, and tells one subject once, by its newest', async () => {
    const { stage, follow } = open();
    const { feed } = stage.deps;
    const first = await follow();
    const id = idIn(await first.next());
    await first.close();
    feed.tell({ kind: 'services' });
    feed.tell({ kind: 'decisions', namespace: 'shop', name: 'd' });
    feed.tell({ kind: 'services' });
    const second = await follow(id);
    const text = await second.next();
    expect(changesIn(text)).toEqual([{ kind: 'decisions', namespace: 'shop', name: 'd' }, { kind: 'services' }]);
    await second.close();
    const third = await follow(idIn(text));
    expect(changesIn(await third.next())).toEqual([]);
    await third.close();
  });

  it.each([['another-7'], ['test-99'], ['test--1'], ['test-x'], ['']])(
    'tells whoever names an id that says nothing here (%s) to read everything again',
    async (id) => {
      const { follow } = open();
      const stream = await follow(id);
      expect(changesIn(await stream.next())).toEqual(
        ['approvals', 'services', 'decisions', 'breakers', 'queue'].map((kind) => ({ kind })),
      );
      await stream.close();
    },
  );

  it('keeps nothing for a slow reader: who missed too much reads everything again', async () => {
    const { stage, follow } = open();
    const stream = await follow();
    const id = idIn(await stream.next());
    for (let i = 0; i < 10_000; i += 1) stage.deps.feed.tell({ kind: 'decisions', namespace: 'shop', name: `d${i}` });
    expect(stage.deps.feed.after(id).changes).toEqual(
      ['approvals', 'services', 'decisions', 'breakers', 'queue'].map((kind) => ({ kind })),
    );
    expect(changesIn(await stream.next())).toHaveLength(5);
    await stream.close();
  });

  it('ends with the session, and keeps none alive', async () => {
    const { stage, follow } = open();
    const stream = await follow();
    await stream.next();
    for (let beats = 1; beats < 360; beats += 1) {
      const beat = stream.next();
      await settle();
      await stage.clock.advance(5_000);
      expect([beats, (await beat)?.startsWith('event: beat')]).toEqual([beats, true]);
    }
    const last = stream.next();
    await settle();
    await stage.clock.advance(5_000);
    expect(await last).toBeUndefined();
  });

  it('ends when the process does', async () => {
    const { stage, follow } = open();
    const stream = await follow();
    await stream.next();
    const last = stream.next();
    await settle();
    stage.deps.feed.close();
    expect(await last).toBeUndefined();
  });

  it('is bounded: the seventeenth of one person is refused, until another is closed', async () => {
    const { follow } = open();
    // A session that was seen once is looked up without a limit; sixteen at once that nobody knows would wait a second.
    const first = await follow();
    const streams = [first, ...(await Promise.all(Array.from({ length: 15 }, () => follow())))];
    expect((await follow()).response.status).toBe(503);
    await streams[0]?.close();
    const again = await follow();
    expect(again.response.status).toBe(200);
    await Promise.all([again, ...streams].map((stream) => stream.close()));
  });
});
