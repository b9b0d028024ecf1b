import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NEVER } from '../schema/operation.ts';
import { TOOLS } from './catalog.ts';
import { toModelTool } from './toModelTool.ts';

const LIMIT_KEYS =
  /"(minimum|maximum|exclusiveMinimum|exclusiveMaximum|minLength|maxLength|pattern|format|\$ref|\$schema)"/;

describe('the catalog', () => {
  it('lists every tool that a file of this folder defines', () => {
    const folder = new URL('.', import.meta.url);
    const defined = readdirSync(folder)
      .filter((file) => !file.endsWith('.test.ts'))
      .filter((file) => readFileSync(new URL(file, folder), 'utf8').includes('= defineTool({'));
    expect(defined.length).toBeGreaterThan(5);
    expect(TOOLS).toHaveLength(defined.length);
  });

  it('gives each name once, and none to an operation that only exists to be refused', () => {
    const names = TOOLS.map((tool) => tool.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => (NEVER as readonly string[]).includes(name))).toEqual([]);
  });

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))(
    'shows %s as a closed object with all fields required',
    (_, tool) => {
      const shown = toModelTool(tool);
      const fields = Object.keys(tool.input.shape);
      expect(shown.name).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      expect(shown.parameters).toMatchObject({ type: 'object', additionalProperties: false });
      expect(shown.parameters['required'] ?? []).toEqual(fields);
      for (const union of ['anyOf', 'oneOf', 'allOf']) expect(shown.parameters).not.toHaveProperty(union);
      expect(JSON.stringify(shown.parameters)).not.toMatch(LIMIT_KEYS);
    },
  );

  it.each([
    ['scale', { service: 'shop/web', replicas: 4, reason: 'hot' }, { kind: 'scale', replicas: 4 }],
    ['scale', { service: 'shop/web', replicas: 0, reason: 'off' }, { kind: 'scale', replicas: 0 }],
    ['restart_pods', { service: 'shop/web', reason: 'stuck' }, { kind: 'restart' }],
    ['get_metrics', { service: 'shop/web' }, undefined],
    ['what_if', { service: 'shop/web', action: 'scale', replicas: 4 }, undefined],
  ])('%s of %o wants %o', (name, args, wanted) => {
    const tool = TOOLS.find((candidate) => candidate.name === name);
    expect(tool?.target(args)).toEqual({ namespace: 'shop', name: 'web' });
    expect(tool?.wanted(args)).toEqual(wanted);
  });

  it('gives no target and no wish for arguments that the schema refuses', () => {
    const scale = TOOLS.find((tool) => tool.name === 'scale');
    expect(() => scale?.target({ service: 'kube-system/*', replicas: 4, reason: 'x' })).toThrow();
    expect(() => scale?.wanted({ service: 'shop/web', replicas: '4', reason: 'x' })).toThrow();
  });

  it('asks for a number with scale and for none with a restart in what_if', () => {
    const whatIf = TOOLS.find((tool) => tool.name === 'what_if');
    const accepts = (args: object): boolean =>
      whatIf?.input.safeParse({ service: 'shop/web', ...args }).success ?? false;
    expect(accepts({ action: 'restart_pods', replicas: null })).toBe(true);
    expect(accepts({ action: 'scale', replicas: null })).toBe(false);
    expect(accepts({ action: 'restart_pods', replicas: 3 })).toBe(false);
  });
});
