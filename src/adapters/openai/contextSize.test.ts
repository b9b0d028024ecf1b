import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manualClock.ts';
import { contextSize } from './contextSize.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers these paths, and 404 else; null never answers. */
async function serve(pages: Readonly<Record<string, unknown>>): Promise<string> {
  const started = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    if (page === null) return;
    if (page === undefined) response.writeHead(404).end('{}');
    else response.end(typeof page === 'string' ? page : JSON.stringify(page));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/v1`;
}

const sizeAt = async (pages: Readonly<Record<string, unknown>>, clock = new ManualClock()) =>
  contextSize({ url: await serve(pages), name: 'm', key: 'k' }, clock, new AbortController().signal);

describe('the size of a context', () => {
  it.each<[string, Readonly<Record<string, unknown>>, number | undefined]>([
    ['llama.cpp', { '/props': { default_generation_settings: { n_ctx: 8_192 } } }, 8_192],
    [
      'vLLM',
      {
        '/v1/models': {
          data: [
            { id: 'x', max_model_len: 1 },
            { id: 'm', max_model_len: 32_768 },
          ],
        },
      },
      32_768,
    ],
    ['a router', { '/v1/models': { data: [{ id: 'm', context_length: 131_072 }] } }, 131_072],
    ['a server with one model of another name', { '/v1/models': { data: [{ id: 'x', max_model_len: 4_096 }] } }, 4_096],
    ['OpenAI, which does not tell', { '/v1/models': { data: [{ id: 'm', object: 'model' }] } }, undefined],
    ['nonsense', { '/props': 'no', '/v1/models': { data: [{ id: 'm', max_model_len: 'much' }] } }, undefined],
    ['a page', { '/props': '<html>', '/v1/models': '<html>' }, undefined],
    ['nothing', {}, undefined],
  ])('is read from %s', async (_, pages, size) => {
    expect(await sizeAt(pages)).toBe(size);
  });

  it('is not waited for longer than five seconds', async () => {
    const clock = new ManualClock();
    const reading = sizeAt({ '/props': null }, clock);
    let done = false;
    void reading.then(() => {
      done = true;
    });
    for (let n = 0; n < 200 && !done; n += 1) await clock.advance(1_000);
    expect(await reading).toBeUndefined();
  });
});
