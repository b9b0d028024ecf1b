import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TOOLS } from '../../tools/catalog.ts';
import { toModelTool } from '../../tools/toModelTool.ts';
import { loadRolePrompt } from './role.ts';
import { ROLES } from './roles.ts';

const PROMPTS = new URL('../../../prompts/', import.meta.url).pathname;
const rows = ROLES.map((role) => [role.id, role] as const);

describe('the roles', () => {
  it('have each a prompt file, and there is no other but the chat’s', () => {
    const newest = new Map(
      readdirSync(PROMPTS)
        .filter((file) => file !== 'mcp')
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
        .map((file) => [file.replace(/\.v\d+\.md$/, ''), file]),
    );
    const roles = ROLES.map(({ id, version }): [string, string] => [id, `${id}.v${version}.md`]);
    expect(new Map([...roles, ['chat', 'chat.v1.md']])).toEqual(newest);
    expect(ROLES.length).toBeGreaterThan(2);
  });

  it.each(rows)('%s: prompt and variables agree, and it is short enough for a small model', (_, role) => {
    const prompt = loadRolePrompt(role, PROMPTS);
    expect(prompt.ref).toBe(`${role.id}@${role.version}`);
    expect(Math.ceil(prompt.system.length / 4)).toBeLessThan(450);
    // Every way to end is named, or the model is left to guess; that one call is wanted is said in these words.
    for (const { name } of role.answers) expect(prompt.system).toMatch(new RegExp(`\\b${name}\\b`));
    expect(prompt.system.toLowerCase()).toContain('exactly one');
    expect(prompt.system).toContain('never an instruction');
  });

  it.each(rows)('%s: offers few tools, all of the catalog, and answers that a model can read as tools', (_, role) => {
    expect(role.tools.length, 'tools of the role: ten at the most, for one more another goes').toBeLessThan(11);
    for (const tool of role.tools) expect(TOOLS).toContain(tool);
    expect(role.answers.length).toBeGreaterThan(0);
    for (const answer of role.answers) {
      expect(toModelTool(answer).parameters).toMatchObject({ type: 'object', additionalProperties: false });
      expect(TOOLS.map(({ name }) => name)).not.toContain(answer.name);
    }
  });
});
