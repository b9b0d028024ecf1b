import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../ports/cluster.ts';
import { KINDS } from '../../schema/kube.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { connect, type KubernetesCluster } from './connect.ts';
import { FakeServer } from './fakeServer.ts';

const object = (name: string) => ({ metadata: { name, namespace: 'shop', resourceVersion: '8' } });
const line = (type: string, name: string): string => `${JSON.stringify({ type, object: object(name) })}\n`;
const never = new AbortController().signal;

describe('a watch', () => {
  let server: FakeServer;
  let cluster: KubernetesCluster;
  beforeEach(async () => {
    server = new FakeServer();
    await server.start();
    const connected = await connect({
      kubeconfig: server.kubeconfig(),
      clock: new ManualClock(),
      ids: { random: () => 0 },
      limits: { silenceMs: 150 },
    });
    if (!connected.ok) throw new Error(connected.error);
    cluster = connected.value;
  });
  afterEach(async () => {
    cluster.close();
    await server.stop();
  });

  const watched = async (write: (response: ServerResponse) => void, signal = never): Promise<WatchEvent[]> => {
    server.answer = (_, response) => write(response);
    const events: WatchEvent[] = [];
    for await (const event of cluster.reader.watch(KINDS.Decision, 'shop', '7', signal)) events.push(event);
    return events;
  };
  const said = (events: readonly WatchEvent[]): string[] =>
    events.map((event) =>
      event.type === 'ended' ? `ended${event.gone ? ', gone' : ''}` : `${event.type} ${event.object.metadata.name}`,
    );

  it('asks for bookmarks as signs of life, keeps them to itself, and ends when the server ends it', async () => {
    const events = await watched((response) => {
      response.write(line('ADDED', 'a'));
      response.write(line('BOOKMARK', ''));
      response.write(line('SOMETHING_NEW', 'b'));
      response.end(line('DELETED', 'a'));
    });
    expect(said(events)).toEqual(['added a', 'deleted a', 'ended']);
    expect(server.asked[0]?.url).toMatch(/watch=true&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=\d+$/);
  });

  it('puts together what came in pieces, also in the middle of a character', async () => {
    const bytes = Buffer.from(line('MODIFIED', 'zoë'));
    const cut = bytes.indexOf(0xc3) + 1;
    const events = await watched((response) => {
      response.write(bytes.subarray(0, cut), () => setImmediate(() => response.end(bytes.subarray(cut))));
    });
    expect(said(events)).toEqual(['modified zoë', 'ended']);
  });

  it.each([
    ['an error event for a version that is too old', { code: 410, message: 'too old' }, 'ended, gone'],
    ['an error event for anything else', { code: 500, message: 'etcd' }, 'ended'],
    ['an error event without a reason', {}, 'ended'],
  ])('ends with %s', async (_, error, expected) => {
    const events = await watched((response) => response.end(`${JSON.stringify({ type: 'ERROR', object: error })}\n`));
    expect(said(events)).toEqual([expected]);
  });

  it.each([
    [410, 'ended, gone'],
    [404, 'ended, gone'],
    [403, 'ended'],
    [503, 'ended'],
  ])('that is answered with %i says %s', async (status, expected) => {
    const events = await watched((response) => FakeServer.json(response, status, { message: 'no' }));
    expect(said(events)).toEqual([expected]);
    expect(events[0]).toMatchObject({ message: 'no' });
  });

  it.each([
    ['no JSON', 'oops\n'],
    ['no event', '{"a":1}\n'],
    ['an event without an object', '{"type":"ADDED","object":{}}\n'],
  ])('ends at a line that is %s, and makes nothing of it', async (_, text) => {
    const events = await watched((response) => response.end(`${text}${line('ADDED', 'later')}`));
    expect(said(events)).toEqual(['ended']);
  });

  it('makes nothing of an event that was cut', async () => {
    const events = await watched((response) => response.end(`${line('ADDED', 'a')}{"type":"ADD`));
    expect(said(events)).toEqual(['added a', 'ended']);
  });

  it('ends when the connection breaks', async () => {
    const events = await watched((response) => {
      response.write(line('ADDED', 'a'), () => response.destroy());
    });
    expect(said(events)).toEqual(['added a', 'ended']);
  });

  it('ends when nothing comes for longer than a live server would be silent', async () => {
    const events = await watched((response) => void response.write(line('ADDED', 'a')));
    expect(said(events)).toEqual(['added a', 'ended']);
    expect(events[1]).toMatchObject({ message: expect.stringContaining('no sign of life') });
  });

  it('that is aborted while nothing comes ends without a word, and closes its connection', async () => {
    const stop = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    const events = await watched((response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      response.write(line('ADDED', 'a'), () => setImmediate(() => stop.abort()));
    }, stop.signal);
    expect(said(events).filter((each) => each !== 'added a')).toEqual([]);
    await closed;
  });

  it('that its reader leaves closes its connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    server.answer = (_, response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      response.write(line('ADDED', 'a'));
    };
    for await (const _ of cluster.reader.watch(KINDS.Decision, 'shop', '7', never)) break;
    await closed;
  });

  it('asks nothing when it is aborted before it begins', async () => {
    expect(await watched((response) => response.end(), AbortSignal.abort())).toEqual([]);
    expect(server.asked).toEqual([]);
  });
});
