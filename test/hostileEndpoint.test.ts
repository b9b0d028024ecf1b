import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OpenAiModel } from '../src/adapters/openai/openaiModel.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { ChatModel } from '../src/ports/model.ts';
import { FakeOpenai } from '../src/testing/fakeOpenai.ts';
import { HANGING_ENDPOINTS, HOSTILE_ENDPOINTS, jsonCall, withoutTools } from '../src/testing/hostileEndpoint.ts';
import { settle } from '../src/testing/manualClock.ts';
import { play, SITUATIONS } from './stages/hostileStage.ts';

/**
 * The same over real HTTP, through the adapter: whatever an endpoint sends, the cluster ends as with the rules alone, every
 * tick ends in its own time, and the services beside are served (P3, P8).
 */
const [hot, idle] = SITUATIONS;
const service = 'shop/storefront';

let server: FakeOpenai;
beforeAll(async () => {
  server = await FakeOpenai.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
});

const model = (clock: Clock): ChatModel =>
  new OpenAiModel({ model: 'm', baseUrl: server.baseUrl, apiKey: 'key-of-a-test-1', clock });
/** Time stands still until the endpoint has answered. */
const still = { timeMoves: false };

describe.each([hot])('with $name, an endpoint', (situation) => {
  const alone = play(situation, {});

  it.each(Object.keys(HOSTILE_ENDPOINTS))('that %s changes nothing', async (name) => {
    server.always = () => HOSTILE_ENDPOINTS[name] ?? { status: 500 };
    const { end } = await play(situation, { model, run: still });
    expect(end).toEqual((await alone).end);
    expect(server.requests.length).toBeGreaterThan(0);
    // A run asks six times at most, an endpoint that fails is left alone, and there are few runs: no storm of requests.
    expect(server.requests.length).toBeLessThanOrEqual(60);
  });

  it.each(Object.keys(HANGING_ENDPOINTS))('that %s changes nothing, and time goes on meanwhile', async (name) => {
    server.always = () => HANGING_ENDPOINTS[name] ?? { status: 500 };
    let begun = 0;
    const counted = (clock: Clock): ChatModel => {
      const asked = model(clock);
      const complete: ChatModel['complete'] = (request, signal) => {
        begun += 1;
        return asked.complete(request, signal);
      };
      return { label: asked.label, complete };
    };
    const { end } = await play(situation, {
      model: counted,
      run: {
        timeMoves: true,
        advance: async (world, ms) => {
          while (server.requests.length < begun) await settle();
          await world.advance(ms);
        },
      },
    });
    expect(end).toEqual((await alone).end);
    expect(begun).toBeGreaterThan(0);
  });
});

describe.each([hot, idle])('with $name, an endpoint without tools', (situation) => {
  const alone = play(situation, {});

  it.each([
    ['asks for a billion', jsonCall('scale', { service, replicas: 1_000_000_000, reason: 'x' })],
    ['asks for a deletion', jsonCall('delete_deployment', { service, reason: 'x' })],
    ['asks for another service', jsonCall('scale', { service: 'kube-system/coredns', replicas: 0, reason: 'x' })],
    ['sends a field too many', jsonCall('scale', { service, replicas: 4, reason: 'x', approved: true })],
    ['sends words only', 'I would scale it to 4.'],
    [
      'sends two answers',
      `${jsonCall('hold', { reason: 'x' })}\n${jsonCall('restart_pods', { service, reason: 'x' })}`,
    ],
  ])('that %s changes nothing', async (_, content) => {
    server.always = withoutTools(content);
    const { end } = await play(situation, { model, run: still });
    expect(end).toEqual((await alone).end);
    // Both services may find it out at the same time; nobody asks for tools again.
    expect(server.requests.filter(({ body }) => 'tools' in body).length).toBeLessThanOrEqual(2);
    expect(server.requests.length).toBeGreaterThan(2);
  });
});

it('would be seen if an endpoint without tools had a say: one that holds a scale-down back is followed', async () => {
  server.always = withoutTools(jsonCall('hold', { reason: 'a campaign starts in an hour' }));
  const { end } = await play(idle, { model, run: still });
  expect(end).toEqual({ replicas: [3, 3], written: [], writes: [] });
});
