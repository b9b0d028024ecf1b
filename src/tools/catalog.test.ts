import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NEVER } from '../schema/operation.ts';
import { TOOLS } from './catalog.ts';
import { toModelTool } from './toModelTool.ts';
import { callAskedAbout } from './whatIf.ts';

const LIMIT_KEYS =
  /"(minimum|maximum|exclusiveMinimum|exclusiveMaximum|minLength|maxLength|pattern|format|\$ref|\$schema)"/;

describe('the catalog', () => {
  it('lists every tool that a file of this folder defines', () => {
    const folder = new URL('.', import.meta.url);
    const defined = readdirSync(folder)
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => {
        const text = readFileSync(new URL(file, folder), 'utf8');
        return [...text.matchAll(/= defineTool\({\s*name: '(\w+)'/g)].map(([, name]) => name);
      });
    expect(TOOLS.map(({ name }) => name).sort(), 'src/tools/catalog.ts').toEqual(defined.sort());
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
    ['scale_to_zero', { service: 'shop/web', reason: 'off' }, { kind: 'scale', replicas: 0 }],
    ['rollback', { service: 'shop/web', revision: null, reason: 'broken' }, { kind: 'rollback', revision: null }],
    ['rollback', { service: 'shop/web', revision: 3, reason: 'broken' }, { kind: 'rollback', revision: 3 }],
    // As the API server writes quantities back: whole millicores and Mi, in the largest unit that says them.
    [
      'adjust_resources',
      {
        service: 'shop/web',
        cpu_request: null,
        cpu_limit: '1.5',
        memory_request: '1000M',
        memory_limit: '1024Mi',
        reason: 'x',
      },
      { kind: 'resources', amounts: { cpu_limit: '1500m', memory_request: '954Mi', memory_limit: '1Gi' } },
    ],
    ['suggest_alternatives', { service: 'shop/web', operation: 'delete_deployment', replicas: null }, undefined],
    ['get_metrics', { service: 'shop/web' }, undefined],
    ['get_approval', { service: 'shop/web' }, undefined],
    [
      'request_approval',
      { service: 'shop/web', action: 'scale', replicas: 9, reason: 'the sale' },
      { kind: 'scale', replicas: 9 },
    ],
    [
      'request_approval',
      { service: 'shop/web', action: 'rollback', revision: 3, reason: 'broken' },
      { kind: 'rollback', revision: 3 },
    ],
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

  it.each([{ cpu_limit: '0' }, { cpu_limit: '-1' }, { memory_limit: 'much' }, { memory_limit: 512 }, {}])(
    'does not take %o for other resources',
    (amounts) => {
      const none = { cpu_request: null, cpu_limit: null, memory_request: null, memory_limit: null };
      const adjust = TOOLS.find((tool) => tool.name === 'adjust_resources');
      expect(adjust?.input.safeParse({ service: 'shop/web', reason: 'x', ...none, ...amounts }).success).toBe(false);
    },
  );

  it.each([
    [{ action: 'restart_pods', replicas: null }, 'restart_pods', {}],
    [{ action: 'scale_to_zero' }, 'scale_to_zero', {}],
    [{ action: 'scale', replicas: 4 }, 'scale', { replicas: 4 }],
    [{ action: 'rollback' }, 'rollback', { revision: null }],
    [{ action: 'rollback', revision: 3 }, 'rollback', { revision: 3 }],
    [
      { action: 'adjust_resources', memory_limit: '1Gi' },
      'adjust_resources',
      { cpu_request: null, cpu_limit: null, memory_request: null, memory_limit: '1Gi' },
    ],
  ])('asks in what_if with %o about %s, with arguments that it takes', (given, name, more) => {
    const args = { service: 'shop/web', ...given };
    const asked = callAskedAbout(args);
    expect(asked).toEqual({ tool: name, args: { service: 'shop/web', reason: 'what if', ...more } });
    const tool = TOOLS.find((candidate) => candidate.name === asked.tool);
    expect(tool?.wanted(asked.args)).toBeDefined();
  });

  it.each([
    { action: 'scale', replicas: null },
    { action: 'restart_pods', replicas: 3 },
    { action: 'restart_pods', cpu_limit: '1' },
    { action: 'adjust_resources' },
    { action: 'adjust_resources', cpu_limit: '0' },
    { action: 'scale', replicas: 3, revision: 2 },
    { action: 'delete_deployment' },
  ])('refuses %o in what_if, and to ask people for it', (given) => {
    const request = TOOLS.find((tool) => tool.name === 'request_approval');
    expect(request?.input.safeParse({ service: 'shop/web', reason: 'x', ...given }).success).toBe(false);
    const whatIf = TOOLS.find((tool) => tool.name === 'what_if');
    expect(whatIf?.input.safeParse({ service: 'shop/web', ...given }).success).toBe(false);
  });
});
