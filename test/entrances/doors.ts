import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { RULE_AGENTS } from '../../src/agents/agents.ts';
import { DECISION_TOOLS, DecisionEngine, loadDecisionPrompt } from '../../src/agents/roles/decisionEngine.ts';
import { viewOf } from '../../src/calls/judge.ts';
import { Propose } from '../../src/controller/propose.ts';
import { decideAgain } from '../../src/executor/decideAgain.ts';
import { readDecision, requestFrom } from '../../src/executor/records/heldDecision.ts';
import { mcp } from '../../src/faces/cli/chat/mcp.ts';
import { changeAsked } from '../../src/faces/cli/people/changeAsked.ts';
import { keepLogin } from '../../src/faces/cli/people/gatewayLogin.ts';
import { judgedHere } from '../../src/faces/cli/whatIf.ts';
import { gatewayViews } from '../../src/faces/http/gatewayViews.ts';
import { identityIn, McpSessions } from '../../src/faces/http/mcpSessions.ts';
import { listen } from '../../src/faces/http/server.ts';
import { gatewayDesk } from '../../src/faces/mcp/gatewayDesk.ts';
import { gatewayTransport } from '../../src/faces/mcp/gatewayTransport.ts';
import { loadMcpPrompts } from '../../src/faces/mcp/prompts.ts';
import { mcpServer } from '../../src/faces/mcp/server.ts';
import { ChangeFeed } from '../../src/gateway/changes.ts';
import { Turns } from '../../src/gateway/turns.ts';
import type { RequestAnswer } from '../../src/schema/api/requests.ts';
import { KINDS } from '../../src/schema/kube.ts';
import type { DecisionSpec } from '../../src/schema/records.ts';
import type { Verdict } from '../../src/schema/verdict.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { callsOf } from '../../src/testing/modelReplies.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { ScriptedModel } from '../../src/testing/scriptedModel.ts';
import { targetOf } from '../../src/tools/service.ts';
import { cli } from '../cli/cli.ts';
import { openRequests, type Requests } from '../stages/requestStage.ts';
import type { RecordedCall, RecordedRead } from './calls.ts';
import type { State } from './states.ts';
import { StreamTransport } from './streamTransport.ts';
import { readRow, readWhole, type Told, wholeOf } from './told.ts';

/** An entrance: what it says to a call; undefined where it takes none such. */
export type Door<C = RecordedCall> = (call: C) => Promise<Told | undefined> | Told | undefined;

export interface Doors {
  readonly all: Requests;
  /** Of one person, and of the agent. */
  readonly person: Readonly<Record<string, Door>>;
  readonly agent: Readonly<Record<string, Door>>;
  /** No rule of a read asks who reads. */
  readonly reads: Readonly<Record<string, Door<RecordedRead>>>;
  close(): Promise<void>;
}

const PROMPTS = new URL('../../prompts/', import.meta.url).pathname;
const REASON = 'as recorded';
const MANY = { wishes: 1e6, questions: 1e6 };
const ann = 'ann';

/** Every entrance to one service in one state, at one instant. */
export async function openDoors(state: State): Promise<Doors> {
  let app: Requests['http']['app'] | undefined;
  let sessions: McpSessions | undefined;
  const server = await listen(
    { host: '127.0.0.1', port: 0, clock: systemClock },
    () => (request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }),
  );
  if (!server.ok) throw new Error(server.error);
  const { port } = server.value;
  const answer: McpSessions['answer'] = (...request) =>
    sessions?.answer(...request) ?? Promise.resolve(new Response(null, { status: 503 }));
  const all = await openRequests(state.options, { port, mcp: { answer }, turns: (clock) => new Turns(clock, MANY) });
  await state.become?.(all);
  // What was done last is seen by whoever looks at what the last pass saw, too.
  await all.stage.observe(1);
  ({ app } = all.http);
  sessions = mcpSessions(all, `http://127.0.0.1:${port}`);
  const url = `http://127.0.0.1:${port}`;
  const token = all.http.token(ann, ['read', 'propose']);
  await keepLogin({ url, name: ann, token });
  const http = await connected(gatewayTransport({ url, token, fetch }));
  const stdio = await overStdio();
  return {
    all,
    person: {
      'POST /api/what-if': (call) => posted(all, '/api/what-if', call),
      'POST /api/requests': (call) => posted(all, '/api/requests', call),
      'fairlead request': (call) => requested(call),
      'fairlead what-if --as person': (call) => asked(all, call, 'person'),
      'MCP over HTTP, fairlead_what_if': (call) => chatted(http, 'fairlead_what_if', call),
      'MCP over HTTP, fairlead_propose': (call) => chatted(http, 'fairlead_propose', call),
      'MCP over stdio, fairlead_what_if': (call) => chatted(stdio.client, 'fairlead_what_if', call),
      'MCP over stdio, fairlead_propose': (call) => chatted(stdio.client, 'fairlead_propose', call),
      'the executor, on their Decision': (call) => decided(all, call, 'person'),
    },
    agent: {
      'fairlead what-if': (call) => asked(all, call, 'agent'),
      'an agent run': (call) => proposed(all, call),
      'the executor, on its Decision': (call) => decided(all, call, 'agent'),
    },
    reads: readDoors(all, { 'MCP over HTTP': http, 'MCP over stdio': stdio.client }),
    async close() {
      await http.close();
      await stdio.close();
      await sessions?.close();
      all.stage.close();
      await server.value.close();
    },
  };
}

function mcpSessions({ gateway, http }: Requests, url: string): McpSessions {
  const desk = gatewayDesk(gateway, { views: gatewayViews(gateway), feed: new ChangeFeed('test'), url: () => url });
  // Time stands still here, and nobody puts anything to people: it is not waited for.
  const effects = desk.effects && { ...desk.effects, isAsked: () => Promise.resolve(true) };
  const over = { ...desk, ...(effects && { effects }) };
  const prompts = loadMcpPrompts(`${PROMPTS}mcp/`);
  const open = () => mcpServer({ desk: over, version: '0', prompts, face: 'mcp-http', who: identityIn });
  return new McpSessions({ open, keeper: http.deps.people.keeper, clock: systemClock, log: gateway.log });
}

async function connected(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'entrances', version: '1' });
  await client.connect(transport);
  return client;
}

/** `fairlead mcp` as a client starts it, in this process. */
async function overStdio(): Promise<{ readonly client: Client; close(): Promise<void> }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const io = { out: () => {}, err: () => {}, signal: new AbortController().signal, interactive: false };
  const served = mcp(io, {} as Parameters<typeof mcp>[1], { input, output });
  const client = await connected(new StreamTransport(output, input));
  return {
    client,
    async close() {
      await client.close();
      await served;
    },
  };
}

async function posted(all: Requests, path: string, { tool, args }: RecordedCall): Promise<Told | undefined> {
  if (path.endsWith('what-if') && tool === 'request_approval') return undefined;
  const body = { tool, arguments: args, ...(path.endsWith('requests') && { reason: REASON }) };
  const answered = await all.post(path, body);
  const said = (await answered.json()) as { verdict?: unknown };
  if (answered.status !== 200) throw new Error(JSON.stringify(said));
  return readWhole(said.verdict);
}

async function requested(call: RecordedCall): Promise<Told | undefined> {
  if (call.tool === 'request_approval') return undefined;
  const { service, ...flags } = call.args;
  const ran = await cli('request', call.tool, String(service), ...flagsOf(flags), '--reason', REASON, '-o', 'json');
  if (ran.out === '') throw new Error(ran.err);
  return readWhole((JSON.parse(ran.out) as { verdict: unknown }).verdict);
}

const flagsOf = (args: RecordedCall['args']): string[] =>
  Object.entries(args).flatMap(([name, value]) =>
    value === null ? [] : [`--${name.replaceAll('_', '-')}`, String(value)],
  );

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Words and flags as the command takes them, then what it judges; the state is the one that all look at. */
function asked({ stage }: Requests, { tool, args }: RecordedCall, as: 'person' | 'agent'): Told | undefined {
  if (tool === 'request_approval') return undefined;
  const { service, ...rest } = args;
  const target = targetOf(String(service));
  const view = viewOf(stage.observer.views(), target);
  if (view === undefined) return undefined;
  const flags = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === null ? [] : [[camel(name), String(value)]])),
  );
  const change = changeAsked('what-if', tool, String(service), flags);
  if (!change.ok) throw new Error(change.error);
  const facts = { clock: stage.clock, ownNamespace: 'agent-system' };
  return wholeOf(judgedHere(change.value, { target, view }, as, facts).verdict);
}

async function chatted(client: Client, name: string, { tool, args }: RecordedCall): Promise<Told | undefined> {
  const { service, action, reason: _, ...rest } = args;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  const isAsking = tool === 'request_approval';
  if (isAsking && name !== 'fairlead_propose') return undefined;
  const wish = { service, operation: action ?? tool, ...given, ...(name === 'fairlead_propose' && { reason: REASON }) };
  const called = isAsking ? 'fairlead_request_approval' : name;
  const result = (await client.callTool({ name: called, arguments: wish })) as CallToolResult;
  if (result.structuredContent === undefined) throw new Error(JSON.stringify(result.content));
  return readRow(result.structuredContent);
}

/** The controller's own run with a model that makes exactly this call, in the agent's name. */
async function proposed({ stage }: Requests, { tool, args }: RecordedCall): Promise<Told> {
  const view = viewOf(stage.observer.views(), { namespace: 'shop', name: 'web' });
  if (view === undefined) throw new Error('no service');
  const journal = new MemoryJournal(stage.clock, 'controller-test');
  const given = tool.startsWith('get_') ? args : { ...args, reason: REASON };
  const model = new ScriptedModel(callsOf([tool, given]), callsOf(['hold', { reason: REASON }]));
  const proposer = new DecisionEngine({ model, prompt: loadDecisionPrompt(PROMPTS), clock: stage.clock });
  const { ids, reader, records, ownNamespace, log } = stage.deps;
  const run = new Propose(
    {
      ...{ journal, clock: stage.clock, ids, reader, records, ownNamespace, log, proposer, agents: RULE_AGENTS },
      views: () => stage.observer.views(),
      decisions: () => [],
    },
    view,
  );
  await run.run(new AbortController().signal);
  return onRecord(journal);
}

/** The first verdict that a journal has, from its record so and so. */
function onRecord({ records }: MemoryJournal, from = 0): Told {
  const call = records.slice(from).find(({ kind }) => kind === 'call');
  if (call === undefined) throw new Error(JSON.stringify(records));
  return wholeOf(call.data['verdict'] as Verdict);
}

const OFFERED: readonly string[] = DECISION_TOOLS.map(({ name }) => name);

/** What is read is told in each entrance's own form; that it may be read is the gate's word, as it stands on record. */
const readDoors = (all: Requests, clients: Readonly<Record<string, Client>>): Doors['reads'] => ({
  'an agent run': (read) => (OFFERED.includes(read.tool) ? proposed(all, read) : undefined),
  ...Object.fromEntries(
    Object.entries(clients).map(([name, client]) => [
      name,
      async ({ chat: { tool, args } }: RecordedRead) => {
        const before = all.journal.records.length;
        await client.callTool({ name: tool, arguments: args });
        return onRecord(all.journal, before);
      },
    ]),
  ),
});

/** What the executor says to the Decision that the request made: in their name, or, without the gateway's word for it, as an agent's. */
async function decided(all: Requests, call: RecordedCall, as: 'person' | 'agent'): Promise<Told | undefined> {
  const asked = await all.post('/api/requests', { tool: call.tool, arguments: call.args, reason: REASON });
  const made = (await asked.json()) as RequestAnswer;
  const { stage } = all;
  const object = made.decision && stage.world.get(KINDS.Decision, 'shop', made.decision.name);
  if (object === undefined) return undefined;
  const { proof: _, ...spec } = object.spec as DecisionSpec;
  const agents = { ...object, spec: { ...spec, requester: { kind: 'agent', name: 'decision-engine' } } };
  const held = readDecision(as === 'person' ? object : agents, PEOPLE.trust);
  if (!held.ok) throw new Error(held.error);
  if (held.value.person !== (as === 'person')) throw new Error('whose Decision it is cannot be told');
  const again = await decideAgain({ ...stage.deps, trust: PEOPLE.trust }, held.value, requestFrom(held.value));
  if (again.kind !== 'judged') throw new Error(JSON.stringify(again));
  return wholeOf(again.verdict);
}
