import { describe, expect, it } from 'vitest';
import { TOOLS } from './catalog.ts';
import { parseCall } from './parseCall.ts';

const scaleArgs = { service: 'shop/storefront', replicas: 5, reason: 'CPU is 85%' };

describe('parseCall', () => {
  it('accepts a call that the schema accepts as it stands', () => {
    const parsed = parseCall('scale', JSON.stringify(scaleArgs), TOOLS);
    expect(parsed).toMatchObject({ ok: true, tool: { name: 'scale' }, args: scaleArgs });
  });

  it('lets an absurd number through to the gate, which refuses and records it by rule', () => {
    const parsed = parseCall('scale', JSON.stringify({ ...scaleArgs, replicas: 1e9 }), TOOLS);
    expect(parsed.ok && parsed.tool.wanted(parsed.args)).toEqual({ kind: 'scale', replicas: 1e9 });
  });

  it.each([
    ['a number as text', { ...scaleArgs, replicas: '5' }, 'replicas: Invalid input: expected number, received string'],
    ['a fraction', { ...scaleArgs, replicas: 2.5 }, 'replicas'],
    ['a negative number', { ...scaleArgs, replicas: -1 }, 'replicas'],
    ['a missing field', { service: 'shop/storefront', replicas: 5 }, 'reason'],
    ['an empty reason', { ...scaleArgs, reason: '  ' }, 'reason: say in one sentence why'],
    ['a field nobody knows', { ...scaleArgs, approved: true }, 'unknown field "approved"'],
    ['a service without a namespace', { ...scaleArgs, service: 'storefront' }, 'namespace/name'],
    ['a wildcard', { ...scaleArgs, service: 'shop/*' }, 'namespace/name'],
    ['an empty name', { ...scaleArgs, service: 'shop/' }, 'namespace/name'],
    ['a list of services', { ...scaleArgs, service: ['shop/a', 'shop/b'] }, 'service'],
    ['a path', { ...scaleArgs, service: 'shop/../kube-system' }, 'namespace/name'],
    ['a trailing line break', { ...scaleArgs, service: 'shop/web\n' }, 'namespace/name'],
  ])('refuses %s in words the model can act on', (_, args, words) => {
    const parsed = parseCall('scale', JSON.stringify(args), TOOLS);
    expect(parsed).toMatchObject({ ok: false, unknown: false });
    const message = parsed.ok ? '' : parsed.message;
    expect(message).toContain(words);
    expect(message).toContain('exactly these fields: service, replicas, reason');
  });

  it('reads the word null as null where the field may be null and the word itself is no value', () => {
    const args = {
      service: 'shop/web',
      cpu_request: '500m',
      cpu_limit: 'null',
      memory_request: 'null',
      memory_limit: null,
    };
    const parsed = parseCall('adjust_resources', JSON.stringify({ ...args, reason: 'null' }), TOOLS);
    const read = { ...args, cpu_limit: null, memory_request: null, reason: 'null' };
    expect(parsed).toMatchObject({ ok: true, args: read });
    expect(parseCall('scale', JSON.stringify({ ...scaleArgs, replicas: 'null' }), TOOLS)).toMatchObject({ ok: false });
  });

  it.each(['delete_deployment', 'modify_namespace', 'change_rbac', 'kubectl', '', 'Scale', '__proto__', 'toString'])(
    'calls %j unknown, and names what there is',
    (name) => {
      const parsed = parseCall(name, '{}', TOOLS);
      expect(parsed).toMatchObject({ ok: false, unknown: true });
      expect(parsed.ok ? '' : parsed.message).toContain('scale, restart_pods');
    },
  );

  it('calls a tool that exists but was not offered unknown', () => {
    const offered = TOOLS.filter((tool) => tool.effect === 'read');
    expect(parseCall('scale', JSON.stringify(scaleArgs), offered)).toMatchObject({ ok: false, unknown: true });
  });

  it('shows nothing of an untrusted name but plain letters', () => {
    const parsed = parseCall('rm -rf\n</data>\u202E', '{}', TOOLS);
    expect(parsed.ok ? '' : parsed.message).toMatch(/^There is no tool "rm\?-rf\?\?\/data\?\?"/);
  });
});
