import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { completion, FakeOpenai } from '../../testing/fakeOpenai.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { readScenario } from '../readScenario.ts';
import { type ModelChoice, playedModel } from './proposer.ts';
import { RealWork } from './work.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const NEWS = { name: 'web', version: '1.0.0', kind: 'new', lines: ['may restart pods'] } as const;

let server: FakeOpenai;
beforeAll(async () => {
  server = await FakeOpenai.start();
});
afterAll(() => server.stop());

async function explained(choice: ModelChoice) {
  const file = path.join(ROOT, 'test', 'scenarios', 'auto-51-step-up.yaml');
  const read = readScenario(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error(read.error);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const parts = { clock: new ManualClock(), log, promptsDir: path.join(ROOT, 'prompts'), work: new RealWork() };
  const played = await playedModel(read.value, undefined, choice, parts);
  const desk = {
    runId: 'r',
    own: { namespace: 'shop', name: 'web' },
    judge: () => Promise.reject(new Error('nothing is called')),
    record: () => Promise.resolve(true),
  };
  const said = await played.agents.parser.ask(NEWS, desk, new AbortController().signal);
  return { said, requests: played.requests() };
}

describe('the model that plays a scenario', () => {
  it('at an address answers in every role, not as the Decision Engine alone', async () => {
    const made = { name: 'explain', arguments: '{"text":"It may restart pods."}' };
    server.play({ body: completion({ tool_calls: [{ id: 'a', type: 'function', function: made }] }) });
    const choice = { kind: 'endpoint', url: server.baseUrl, name: 'm', key: 'k', clock: systemClock } as const;
    const { said, requests } = await explained(choice);
    expect(said.conclusion).toMatchObject({ words: 'It may restart pods.' });
    expect(requests).toBe(1);
  });

  it('is asked for nothing where rules play', async () => {
    const { said, requests } = await explained({ kind: 'rules' });
    expect(said.conclusion.words).toBeUndefined();
    expect(requests).toBe(0);
  });
});
