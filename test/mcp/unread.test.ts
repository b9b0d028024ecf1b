import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask, chatting, type McpStage, openMcpStage } from './stage.ts';

let stage: McpStage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function opened() {
  stage = await openMcpStage();
  return { stage, client: await stage.connect(), journal: stage.journal };
}

const MINE = { who: 'olga', client: { face: 'mcp-http', name: 'test-client', version: '1.2.3' } };
const deep = (depth: number): object => (depth === 0 ? {} : { a: deep(depth - 1) });
const SCALE = { service: 'shop/web', operation: 'scale', reason: 'a sale' };

describe('a call that cannot be judged', () => {
  it.each<[string, string, Record<string, unknown>, string]>([
    ['an unknown field', 'fairlead_service', { service: 'shop/web', force: true }, 'unknown field "force"'],
    ['a missing field', 'fairlead_service', {}, 'fairlead_service was not understood: service'],
    ['nested arguments', 'fairlead_service', { service: deep(30) }, 'nested too deeply'],
    ['a wish without its number', 'fairlead_propose', SCALE, 'scale wants replicas, the number of pods at the end'],
    [
      'a wish without its amount',
      'fairlead_propose',
      { ...SCALE, operation: 'adjust_resources' },
      'wants one of cpu_request',
    ],
    ['a question without its number', 'fairlead_what_if', { service: 'shop/web', operation: 'scale' }, 'replicas'],
    ['a draft that is missing', 'fairlead_blueprint', { what: 'validate' }, 'validate wants yaml'],
    ['no scope', 'fairlead_pause', { scope: 'a/b/c', reason: 'x' }, 'write namespace/name'],
    ['no such request', 'fairlead_reject', { approval: 'shop/none', reason: 'x' }, 'Not rejected: there is no such'],
  ])('is refused in words and on record with who made it: %s', async (_, tool, args, words) => {
    const { client, journal } = await opened();
    const before = journal.records.length;
    const answer = await ask(client, tool, args);
    expect(answer).toMatchObject({ refused: true, text: expect.stringContaining(words) });
    expect(journal.records.slice(before)).toMatchObject([
      { kind: 'access', data: { ...MINE, what: expect.stringMatching(new RegExp(`^was not answered by ${tool}: `)) } },
    ]);
  });

  it('is not even refused in its own words when that cannot be put on record', async () => {
    const { client, journal } = await opened();
    journal.unwritable = 'disk full';
    const { refused, text } = await ask(client, 'fairlead_service', { force: true });
    expect([refused, text]).toEqual([true, expect.stringContaining('cannot be put on record')]);
  });

  it('of a pause that stands already is on record as well', async () => {
    const { stage: at, client, journal } = await opened();
    await ask(client, 'fairlead_pause', { scope: 'shop', reason: 'incident' });
    const other = await at.connect(chatting('pia'));
    expect((await ask(other, 'fairlead_pause', { scope: 'shop', reason: 'too' })).text).toContain(
      'paused already by olga',
    );
    expect(journal.records.at(-1)).toMatchObject({
      kind: 'access',
      data: { who: 'pia', what: 'paused shop, which was paused already' },
    });
  });
});

describe('a message of the wrong form', () => {
  it.each<[string, Record<string, unknown> | undefined, string]>([
    ['tools/call', { name: 5 }, 'tools/call was not understood: params.name: '],
    [
      'tools/call',
      { name: 'fairlead_overview', arguments: ['x'] },
      'tools/call was not understood: params.arguments: ',
    ],
    ['tools/call', undefined, 'tools/call was not understood: params: '],
    ['resources/read', { uri: 7 }, 'resources/read was not understood: params.uri: '],
    ['prompts/get', {}, 'prompts/get was not understood: params.name: '],
    ['completion/complete', { ref: 'x' }, 'completion/complete was not understood: params.ref'],
    ['resources/subscribe', {}, 'resources/subscribe was not understood: params.uri: '],
  ])('is the fault of who sent it, in words: %s %j', async (method, params, words) => {
    const { client, journal } = await opened();
    const before = journal.records.length;
    const error: unknown = await client
      .request({ method, ...(params && { params }) } as never, z.looseObject({}))
      .catch((cause: unknown) => cause);
    if (!(error instanceof McpError)) throw new Error('it was answered');
    expect(error.code).toBe(ErrorCode.InvalidParams);
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/[[{]|\n/);
    const added = journal.records.slice(before);
    if (method !== 'tools/call') expect(added).toEqual([]);
    else
      expect(added).toMatchObject([
        { kind: 'access', data: { ...MINE, what: expect.stringContaining('cannot be read') } },
      ]);
  });
});

describe('what to do next', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'offers nothing where there is nothing instead',
      { operation: 'drop_database' },
      /Next: Do not ask for it again: there is no such operation\. Tell the person\./,
    ],
    [
      'offers nothing where all that could be asked for instead is forbidden too',
      { operation: 'scale_to_zero' },
      /^(?![\s\S]*Instead: )[\s\S]*Next: Do not ask for it again: only people who change the blueprint can grant it\. Tell the person\./,
    ],
  ])('%s', async (_, fields, words) => {
    const { client } = await opened();
    const { text } = await ask(client, 'fairlead_what_if', { service: 'shop/web', ...fields });
    expect(text).toMatch(words);
    expect(text).not.toContain('what stands under instead');
  });

  it.each([
    ['request_approval', 'request_approval is no operation: call fairlead_request_approval'],
    ['get_logs', 'get_logs is a question and no operation'],
  ])('names the tool for what is no operation: %s', async (operation, words) => {
    const { client } = await opened();
    const { refused, text } = await ask(client, 'fairlead_propose', { ...SCALE, operation });
    expect([refused, text]).toEqual([true, expect.stringContaining(words)]);
    expect(text).not.toContain('action');
  });

  it('says of a tool by the name of none nothing about rules that could not be read', async () => {
    const { client } = await opened();
    expect((await ask(client, 'delete_deployment', {})).text).not.toContain('could not be read');
  });
});
