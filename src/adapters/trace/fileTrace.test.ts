import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redactDeep } from '../../kernel/redact.ts';
import type { ModelExchange } from '../../ports/modelTrace.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { FileTrace, type FileTraceOptions } from './fileTrace.ts';

const SECRET = 'my-model-key-000001';
const exchange = (content: string): ModelExchange => ({
  at: Date.UTC(2026, 0, 5),
  ms: 1_200,
  model: 'm at host',
  request: {
    messages: [{ role: 'user', content }],
    tools: [{ name: 'hold', description: 'Hold.', parameters: {} }],
    maxTokens: 400,
    about: { role: 'decision-engine', service: 'shop/web', run: 'run-1' },
  },
  error: { code: 'timeout', message: 'no answer within 120 s' },
});

let dir: string;
let ended: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trace-'));
  ended = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function open(options: Partial<FileTraceOptions> = {}): Promise<FileTrace> {
  const opened = await FileTrace.open({
    dir: join(dir, 'new'),
    clock: new ManualClock(),
    writer: '7',
    redact: (value) => redactDeep(value, [SECRET]),
    ended: (why) => void ended.push(why),
    ...options,
  });
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

const lines = async (trace: FileTrace): Promise<Record<string, unknown>[]> =>
  (await readFile(trace.path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('a trace of model exchanges', () => {
  it('is a line for each, whole and in order, in a file only its owner can read', async () => {
    const trace = await open();
    for (const n of [1, 2, 3]) trace.write(exchange(`question ${n}`));
    await trace.close();
    expect((await stat(trace.path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'new'))).mode & 0o777).toBe(0o700);
    expect(trace.path).toMatch(/model-20260105T000000000Z-7\.jsonl$/);
    const written = await lines(trace);
    expect(written.map(({ messages }) => JSON.stringify(messages))).toEqual([
      expect.stringContaining('question 1'),
      expect.stringContaining('question 2'),
      expect.stringContaining('question 3'),
    ]);
    expect(written[0]).toEqual({
      at: '2026-01-05T00:00:00.000Z',
      ms: 1_200,
      model: 'm at host',
      role: 'decision-engine',
      service: 'shop/web',
      run: 'run-1',
      messages: [{ role: 'user', content: 'question 1' }],
      tools: [{ name: 'hold', description: 'Hold.', parameters: {} }],
      maxTokens: 400,
      error: { code: 'timeout', message: 'no answer within 120 s' },
    });
    expect(ended).toEqual([]);
  });

  it('has no secret in it, neither a known one nor one that looks like it', async () => {
    const trace = await open();
    trace.write(exchange(`the key is ${SECRET}, and password=hunter2hunter2`));
    await trace.close();
    const text = await readFile(trace.path, 'utf8');
    expect(text).not.toMatch(/my-model-key|hunter2/);
    expect(text).toContain('[redacted]');
  });

  it('never follows or overwrites a file that is already there', async () => {
    await (await open()).close();
    await expect(open()).rejects.toThrow(/cannot be made: EEXIST/);
  });

  it('ends at its size, once and in words, with whole lines', async () => {
    const trace = await open({ maxBytes: 1_000 });
    for (let n = 0; n < 10; n += 1) trace.write(exchange('x'.repeat(300)));
    await trace.close();
    expect(ended).toEqual([expect.stringContaining('has reached 1000 bytes')]);
    expect(await lines(trace)).toHaveLength(1);
  });

  it('that cannot be written down ends, and throws nothing', async () => {
    const trace = await open({
      redact: () => {
        throw new TypeError('cyclic');
      },
    });
    expect(() => trace.write(exchange('x'))).not.toThrow();
    await trace.close();
    expect(ended).toEqual(['an exchange could not be written down']);
  });

  it('whose folder cannot be made says which and why', async () => {
    const opened = await FileTrace.open({
      dir: '/dev/null/traces',
      clock: new ManualClock(),
      writer: '7',
      redact: (value) => value,
      ended: () => undefined,
    });
    expect(opened).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^\/dev\/null\/traces\/.* cannot be made: /),
    });
  });
});
