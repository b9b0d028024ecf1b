import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../src/gateway/people/identity.ts';
import { CALLS } from './product.ts';
import { ask, chatting, type McpStage, openMcpStage } from './stage.ts';

let stage: McpStage;
beforeAll(async () => {
  stage = await openMcpStage();
});
afterAll(() => stage.close());

const READS = Object.keys(CALLS).slice(0, 8);
const EFFECTS = Object.keys(CALLS).slice(8);

describe('the list of tools', () => {
  it('costs its reader less than 3,000 tokens, at four characters a token', async () => {
    const listed = await (await stage.connect()).listTools();
    expect(listed.tools.map(({ name }) => name)).toEqual(Object.keys(CALLS));
    expect(JSON.stringify(listed).length / 4).toBeLessThan(3_000);
  });

  it('offers nothing that approves, resumes or releases', async () => {
    const { tools } = await (await stage.connect()).listTools();
    const names = tools.map(({ name }) => name.replace('request_approval', '').replace('approvals', ''));
    expect(names.filter((name) => /approve|approval|resume|release|vote|grant|apply/.test(name))).toEqual([]);
  });

  it('has closed arguments, an output schema and all its hints', async () => {
    const { tools } = await (await stage.connect()).listTools();
    for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: 'object' });
      expect([name, annotations?.readOnlyHint, annotations?.openWorldHint]).toEqual([
        name,
        READS.includes(name),
        false,
      ]);
      expect([title, description?.length ?? 0]).toEqual([expect.any(String), expect.any(Number)]);
    }
  });

  it('is that of the page about it, whose snippets can be read by a program', async () => {
    const page = readFileSync(new URL('../../docs/CHAT.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(fairlead_\w+)` \| (read|propose) \|/gm)].map(([, name, scope]) => [
      name,
      scope,
    ]);
    expect(rows).toEqual([...READS.map((name) => [name, 'read']), ...EFFECTS.map((name) => [name, 'propose'])]);
    const snippets = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => json);
    expect(snippets).toHaveLength(3);
    for (const json of snippets) expect(() => JSON.parse(json)).not.toThrow();
    const { prompts } = await (await stage.connect()).listPrompts();
    const names = prompts.map(({ name }) => name).join(', ');
    expect(page.replace(/\s+/g, ' ')).toContain(`Prompts: ${names}.`);
  });

  const by = (name: string, scopes: readonly ('read' | 'propose' | 'approve')[], role: Identity['role']): Identity =>
    chatting(name, scopes, { role });
  it.each<[string, Identity, readonly string[]]>([
    ['an operator with both scopes', by('a', ['read', 'propose'], 'operator'), [...READS, ...EFFECTS]],
    ['an operator who may only read', by('b', ['read'], 'operator'), READS],
    ['an operator who may only propose', by('c', ['propose'], 'operator'), EFFECTS],
    ['a viewer, whatever the token says', by('d', ['read', 'propose'], 'viewer'), READS],
    ['an admin', by('e', ['read', 'propose', 'approve'], 'admin'), [...READS, ...EFFECTS]],
    ['a token that may only approve', by('f', ['approve'], 'admin'), []],
  ])('is what this caller may call: %s', async (_, who, names) => {
    const client = await stage.connect(who);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(names);
    // What is not listed is not done either, and the answer says why.
    for (const name of Object.keys(CALLS).filter((one) => !names.includes(one))) {
      const answer = await ask(client, name, CALLS[name]);
      expect(answer).toMatchObject({ refused: true, text: expect.stringMatching(/scope|role/) });
    }
  });

  it('holds reads alone where nobody can be asked for anything', async () => {
    const { effects: _, ...reading } = stage.desk;
    const client = await stage.connect(chatting('olga'), reading);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(READS);
    const answer = await ask(client, 'fairlead_pause', { scope: 'everything', reason: 'now' });
    expect(answer).toMatchObject({ refused: true, text: expect.stringContaining('fairlead login') });
  });
});
