import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { webhookAlerts } from '../../src/adapters/alerts/webhookAlerts.ts';
import { OpenAiModel } from '../../src/adapters/openai/openaiModel.ts';
import { createLog } from '../../src/adapters/pino/log.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { FileTrace } from '../../src/adapters/trace/fileTrace.ts';
import { GuardedModel } from '../../src/agents/model/guardedModel.ts';
import { DEFAULT_BUDGET, ModelBudget } from '../../src/agents/model/modelBudget.ts';
import { told } from '../../src/faces/cli/why.ts';
import { redact, redactDeep } from '../../src/kernel/redact.ts';
import { redactedRecords } from '../../src/observe/redactedRecords.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ChatModel, ChatRequest } from '../../src/ports/model.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { FakeOpenai } from '../../src/testing/fakeOpenai.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { callsOf, errorOf } from '../../src/testing/modelReplies.ts';
import type { VirtualRun } from '../../src/virtualRun.ts';
import { open, SITUATIONS, tick } from '../stages/hostileStage.ts';
import { ALL_TEXTS, KNOWN, LOOKS_LIKE, leaksIn } from './canaries.ts';
import { planted } from './planted.ts';

const SECRETS = Object.values(KNOWN);
const clean = (text: string): string => redact(text, SECRETS);

/** Fails in every second exchange with what it knows, and says it back in the others. */
class EchoingModel implements ChatModel {
  readonly label = 'echoing';
  readonly sent: ChatRequest[] = [];

  complete(request: ChatRequest) {
    this.sent.push(request);
    const n = this.sent.length;
    const reason = ALL_TEXTS[n % ALL_TEXTS.length] ?? '';
    if (n % 4 === 3) return Promise.resolve(errorOf('badRequest', `bad key ${ALL_TEXTS.join(' ; ')}`));
    const read = n % 4 === 0 ? 'get_decisions' : 'get_events';
    return Promise.resolve(
      n % 4 === 2
        ? callsOf(['delete_deployment', { service: 'shop/storefront', reason, note: ALL_TEXTS.join('\n') }])
        : callsOf([read, { service: 'shop/storefront' }]),
    );
  }
}

const [HOT] = SITUATIONS;

async function wholeRun() {
  const inner = new EchoingModel();
  const lines: string[] = [];
  const log = createLog({ to: { write: (line) => void lines.push(line) }, secrets: SECRETS });
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-canaries-'));
  const clock = new ManualClock();
  const redactValue = (value: unknown): unknown => redactDeep(value, SECRETS);
  const trace = await FileTrace.open({
    dir,
    clock,
    writer: 'test',
    redact: redactValue,
    ended: (why) => expect.fail(why),
  });
  if (!trace.ok) throw new Error(trace.error);
  const model = (runClock: Clock): ChatModel =>
    new GuardedModel(inner, {
      clock: runClock,
      log,
      budget: new ModelBudget(DEFAULT_BUDGET),
      trace: trace.value,
      redact: clean,
    });
  const journals: MemoryJournal[] = [];
  const note = { name: 'canaries', place: 'env', order: 'hold', text: ALL_TEXTS.join('\n').slice(0, 990) } as const;
  const run: VirtualRun = await open(HOT, {
    model,
    ...planted(note, []),
    journal: (role, runClock) => {
      const memory = new MemoryJournal(runClock, role);
      journals.push(memory);
      const append = memory.append.bind(memory);
      memory.append = (entry) => append({ ...entry, data: redactDeep(entry.data, SECRETS) });
      return memory;
    },
    run: { timeMoves: true, secrets: SECRETS, log },
  });
  for (let n = 0; n < 20; n += 1) await tick(run);
  await run.close();
  await trace.value.close();
  return { run, inner, lines, dir, journal: JSON.stringify(journals.map(({ records }) => records)) };
}

describe('known secrets and what looks like one (spec 6)', () => {
  it('reach no prompt, no journal, no log, no record of ours, no trace and no answer of the CLI', {
    timeout: 60_000,
  }, async () => {
    const { run, inner, lines, dir, journal } = await wholeRun();
    const ours = run.decisions('shop').filter(({ metadata }) => metadata.name !== 'storefront-earlier');
    const events = run.events('shop');
    const traces = readdirSync(dir)
      .map((file) => readFileSync(path.join(dir, file), 'utf8'))
      .join('\n');
    // Each surface has something on it.
    expect(inner.sent.length).toBeGreaterThan(3);
    expect(ours.length).toBeGreaterThan(1);
    expect(events.length).toBeGreaterThan(0);
    expect(traces.length).toBeGreaterThan(1_000);
    expect(journal.length).toBeGreaterThan(1_000);
    const surfaces = {
      prompts: inner.sent.map(({ messages }) => JSON.stringify(messages)).join('\n'),
      journal,
      log: lines.join(''),
      decisions: JSON.stringify(ours),
      events: JSON.stringify(events),
      approvals: JSON.stringify(run.world.objects.list(KINDS.ApprovalRequest, 'shop')),
      breakers: JSON.stringify(run.world.objects.list(KINDS.CircuitBreaker)),
      trace: traces,
      why: ours.map((decision) => told(decision).join('\n')).join('\n'),
    };
    for (const [surface, text] of Object.entries(surfaces)) expect(leaksIn(text), surface).toEqual([]);
  });

  it('are seen by this test where nothing takes them out', () => {
    expect(leaksIn(ALL_TEXTS.join('\n'))).toHaveLength(SECRETS.length + Object.keys(LOOKS_LIKE).length);
    expect(leaksIn(Buffer.from(KNOWN.modelKey).toString('base64'))).toEqual([KNOWN.modelKey]);
  });

  it('are not in what is said of an endpoint that echoes the key in its error', async () => {
    const fake = await FakeOpenai.start();
    const { modelKey: apiKey } = KNOWN;
    fake.always = () => ({
      status: 401,
      body: { error: { message: `Incorrect key ${apiKey}; ${ALL_TEXTS.join(' ; ')}` } },
    });
    const model = new OpenAiModel({ baseUrl: fake.baseUrl, model: 'm', apiKey, clock: systemClock });
    const guarded = new GuardedModel(model, {
      clock: systemClock,
      log: createLog({ to: { write: () => undefined } }),
      budget: new ModelBudget(DEFAULT_BUDGET),
      redact: clean,
    });
    const answer = await guarded.complete(
      { messages: [{ role: 'user', content: 'x' }], tools: [], maxTokens: 9 },
      new AbortController().signal,
    );
    await fake.stop();
    expect(fake.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
    expect(answer.ok).toBe(false);
    expect(leaksIn(JSON.stringify(answer))).toEqual([]);
  });

  it('are neither in an alert nor in the log of one that cannot be delivered to an address that is a secret', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.writeHead(400).end(`no: ${request.url}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary-path-2342-cccc`;
    const lines: string[] = [];
    const log = createLog({ to: { write: (line) => void lines.push(line) }, secrets: [url, ...SECRETS] });
    for (const to of [url, KNOWN.webhookUrl]) {
      const sink = webhookAlerts({
        url: to,
        secret: KNOWN.webhookSecret,
        clock: systemClock,
        log,
        redact: clean,
        backoffMs: 1,
      });
      sink.raise({ key: to, code: 'Anomaly', message: ALL_TEXTS.join('\n'), at: 1, namespace: 'shop', service: 'web' });
      await sink.idle();
    }
    server.close();
    expect(bodies.join('')).toContain('Anomaly');
    expect(lines).toHaveLength(2);
    expect(leaksIn(bodies.join(''))).toEqual([]);
    expect(lines.join('')).not.toMatch(/canary|CANARY/);
  });

  it('do not get into a record by the writer of records', async () => {
    const written: unknown[] = [];
    const taken = { ok: true as const, value: { apiVersion: '', kind: '', metadata: { name: '' } } };
    const keep = (_: unknown, object: unknown) => {
      written.push(object);
      return Promise.resolve(taken);
    };
    const inner = {
      create: keep,
      replace: keep,
      replaceStatus: keep,
      delete: () => Promise.resolve({ ok: true as const, value: undefined }),
    };
    const records = redactedRecords(inner, SECRETS);
    const object = {
      apiVersion: '',
      kind: '',
      metadata: { name: 'a' },
      spec: { rationale: ALL_TEXTS.join('\n') },
      status: { message: ALL_TEXTS.join('\n') },
    };
    await records.create(KINDS.Decision, object);
    await records.create(KINDS.ApprovalRequest, object);
    await records.create(KINDS.Event, object);
    await records.replaceStatus(KINDS.CircuitBreaker, { ...object, spec: {} });
    expect(written).toHaveLength(4);
    expect(leaksIn(JSON.stringify(written))).toEqual([]);
    // The text of a blueprint's version is what its hash is of.
    await records.create(KINDS.ControllerRevision, object);
    expect(written.at(-1)).toEqual(object);
  });
});
