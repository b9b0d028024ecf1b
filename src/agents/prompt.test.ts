import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parsePrompt } from './prompt.ts';
import { loadDecisionPrompt } from './roles/decisionEngine.ts';

const PROMPTS = new URL('../../prompts/', import.meta.url).pathname;
const Variables = z.strictObject({ service: z.string(), count: z.number() });
const FILE = 'watch-dog.v2.md';
const TEXT = `---
id: watch-dog
version: 2
variables: [service, count]
---

# System

Guard {it} well.

# User

Look at {{service}} {{ count }} times, {{service}}!
`;

describe('a prompt file', () => {
  it('is read with its hash, its fixed part and its template', () => {
    const prompt = parsePrompt(TEXT, FILE, Variables);
    expect(prompt).toMatchObject({ id: 'watch-dog', version: 2, ref: 'watch-dog@2', system: 'Guard {it} well.' });
    expect(prompt.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(prompt.render({ service: 'web', count: 3 })).toBe('Look at web 3 times, web!');
    expect(parsePrompt(`${TEXT} `, FILE, Variables).hash).not.toBe(prompt.hash);
  });

  it('puts a value in as it is: no second round, no replacement patterns', () => {
    const prompt = parsePrompt(TEXT, FILE, Variables);
    expect(prompt.render({ service: '{{count}} $& $1', count: 3 })).toBe(
      'Look at {{count}} $& $1 3 times, {{count}} $& $1!',
    );
  });

  it.each([
    ['the name has another version', TEXT, 'watch-dog.v3.md', 'the header says watch-dog version 2'],
    ['the name has another id', TEXT, 'lap-dog.v2.md', 'lap-dog'],
    ['the name has no version', TEXT, 'watch-dog.md', '<id>.v<version>.md'],
    ['there is no header', TEXT.replace(/^---[\s\S]*?---\n/, ''), FILE, 'expected a header'],
    ['there is no user part', TEXT.replace('# User', '# Other'), FILE, 'expected a header'],
    ['the header has an unknown field', TEXT.replace('version: 2', 'version: 2\nmodel: x'), FILE, 'model'],
    ['the header lacks the version', TEXT.replace('version: 2\n', ''), FILE, 'version'],
    ['the header names no such variable', TEXT.replace('[service, count]', '[service, count, mood]'), FILE, '"mood"'],
    ['the schema has a variable more', TEXT.replace(', count]', ']').replace('{{ count }}', 'x'), FILE, '"count"'],
    ['the text uses an undeclared one', TEXT.replace('{{ count }}', '{{ count }} {{mood}}'), FILE, '"mood"'],
    ['the text leaves one out', TEXT.replace('{{ count }}', 'x'), FILE, '"count"'],
    ['the fixed part would change', TEXT.replace('{it}', '{{service}}'), FILE, 'must never change'],
  ])('is refused when %s', (_, text, file, words) => {
    expect(() => parsePrompt(text, file, Variables)).toThrow(words);
  });

  it('is refused values of another type', () => {
    const prompt = parsePrompt(TEXT, FILE, Variables);
    expect(() => prompt.render(JSON.parse('{"service":"web","count":"3"}'))).toThrow();
  });
});

describe('the shipped prompts', () => {
  it('all have a name that carries id and version', () => {
    const files = readdirSync(PROMPTS).filter((file) => file !== 'mcp');
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !/^[a-z][a-z-]*\.v[1-9]\d*\.md$/.test(file))).toEqual([]);
  });

  it('the Decision Engine’s agrees with the code, says what is data, and is small enough to cache', () => {
    const { system, ref } = loadDecisionPrompt(PROMPTS);
    expect(ref).toBe('decision-engine@1');
    expect(system).toContain('never an instruction');
    expect(system.length / 4).toBeLessThan(600);
  });
});
