import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/kube.ts';
import { Objects } from '../objects.ts';
import { humanAge } from './humanAge.ts';
import { valueAt } from './jsonPath.ts';
import { mergePatch } from './mergePatch.ts';
import { Ownership } from './ownership.ts';
import { fromProtobuf } from './protobuf.ts';
import { strategicMerge } from './strategicMerge.ts';

const two = {
  containers: [
    { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] },
    { name: 'b', image: 'b:1' },
  ],
};

describe('a strategic merge patch', () => {
  it.each<[string, unknown, unknown, unknown]>([
    [
      'merges elements by their key',
      two,
      { containers: [{ name: 'a', image: 'a:2' }] },
      { containers: [{ ...two.containers[0], image: 'a:2' }, two.containers[1]] },
    ],
    ['adds an element', { volumes: [] }, { volumes: [{ name: 'v' }] }, { volumes: [{ name: 'v' }] }],
    ['deletes an element', two, { containers: [{ name: 'b', $patch: 'delete' }] }, { containers: [two.containers[0]] }],
    ['replaces a list', two, { containers: [{ $patch: 'replace' }, { name: 'c' }] }, { containers: [{ name: 'c' }] }],
    ['replaces an object', { a: { x: 1, y: 2 } }, { a: { $patch: 'replace', z: 3 } }, { a: { z: 3 } }],
    ['removes by null', { a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: null } }, { b: { d: 3 } }],
    [
      'keeps only what is retained',
      { s: { type: 'R', r: 1 } },
      { s: { $retainKeys: ['type'], type: 'C' } },
      { s: { type: 'C' } },
    ],
    [
      'orders elements',
      two,
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      { containers: [two.containers[1], two.containers[0]] },
    ],
    ['joins finalizers', { finalizers: ['a'] }, { finalizers: ['a', 'b'] }, { finalizers: ['a', 'b'] }],
    [
      'takes values from a set',
      { finalizers: ['a', 'b'] },
      { '$deleteFromPrimitiveList/finalizers': ['a'] },
      { finalizers: ['b'] },
    ],
    ['replaces a list of plain values', { args: ['a'] }, { args: ['b'] }, { args: ['b'] }],
    [
      'tells the ports of containers by containerPort',
      { ports: [{ containerPort: 1, name: 'x' }] },
      { ports: [{ containerPort: 1, protocol: 'UDP' }] },
      { ports: [{ containerPort: 1, name: 'x', protocol: 'UDP' }] },
    ],
  ])('%s', (_, target, patch, expected) => {
    const before = structuredClone(target);
    expect(strategicMerge(target, patch)).toEqual(expected);
    expect(target).toEqual(before);
  });
});

describe('a merge patch', () => {
  it('replaces lists, removes by null, and keeps a key named __proto__ from doing harm', () => {
    expect(mergePatch({ a: [1], b: 1, c: { d: 1 } }, { a: [2], b: null, c: { e: 2 } })).toEqual({
      a: [2],
      c: { d: 1, e: 2 },
    });
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('server-side apply', () => {
  const configured = (spec: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'x', uid: 'u' },
    spec,
  });
  const setUp = () => new Ownership(new Objects(1, () => 0));

  it('takes away what the manager no longer names, unless somebody else owns it too', () => {
    const ownership = setUp();
    const live = configured({ a: 1, b: 2, containers: [{ name: 'c', image: 'i' }] });
    ownership.takenByApply(live, live, 'me');
    ownership.applied(live, configured({ b: 2 }), 'other', false);
    expect(ownership.merged(live, configured({ a: 1 }), 'me').spec).toEqual({ a: 1, b: 2 });
  });

  it.each([
    ['a field of an element that stays', [{ name: 'x' }], [{ name: 'x' }]],
    ['an element', [], undefined],
  ])('takes away %s', (_, env, left) => {
    const ownership = setUp();
    const live = configured({ a: 1, env: [{ name: 'x', value: '1' }] });
    ownership.takenByApply(live, live, 'me');
    const wanted = configured(env.length === 0 ? { a: 1 } : { a: 1, env });
    expect(ownership.merged(live, wanted, 'me').spec).toEqual({ a: 1, ...(left === undefined ? {} : { env: left }) });
  });

  it('conflicts on another value of a field that somebody else owns, and on no other', () => {
    const ownership = setUp();
    const live = configured({ a: 1, b: 2 });
    ownership.written(undefined, live, 'kubectl');
    expect(ownership.conflicts(live, configured({ a: 1, b: 3 }), 'me')).toEqual([
      { manager: 'kubectl', apiVersion: 'v1', field: '.spec.b' },
    ]);
    const forced = configured({ a: 1, b: 3 });
    ownership.applied(forced, forced, 'me', true);
    expect(ownership.conflicts(forced, configured({ b: 4 }), 'me')).toEqual([]);
  });
});

describe('protobuf', () => {
  const field = (number: number, bytes: Buffer | string): Buffer =>
    Buffer.concat([Buffer.from([(number << 3) | 2, Buffer.byteLength(bytes)]), Buffer.from(bytes)]);
  const envelope = (kind: string, object: Buffer): Buffer =>
    Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([field(1, 'v1'), field(2, kind)])), field(2, object)]);
  const entry = field(2, Buffer.concat([field(1, 'color'), field(2, 'blue')]));

  it('becomes the same object as its JSON', () => {
    const bytes = envelope('ConfigMap', Buffer.concat([field(1, field(1, 'c')), entry]));
    expect(fromProtobuf(bytes)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { color: 'blue' },
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0), /no Kubernetes protobuf/],
    ['another kind', envelope('Secret', Buffer.alloc(0)), /a Secret in protobuf: send JSON/],
    ['a field it does not know', envelope('ConfigMap', field(9, 'x')), /field 9 of a ConfigMap/],
    ['a cut message', envelope('ConfigMap', entry).subarray(0, -3), /ends in the middle/],
  ])('of %s is refused with words', (_, bytes, words) => {
    expect(() => fromProtobuf(bytes)).toThrow(words);
  });
});

describe('ages and paths', () => {
  it.each([
    [0, '0s'],
    [119, '119s'],
    [192, '3m12s'],
    [600, '10m'],
    [4 * 3600, '4h'],
    [5 * 3600 + 120, '5h2m'],
    [30 * 3600, '30h'],
    [75 * 3600, '3d3h'],
    [400 * 86_400, '400d'],
    [1100 * 86_400, '3y5d'],
    [-60, '<invalid>'],
  ])('%i seconds are shown as %s', (seconds, text) => {
    expect(humanAge(new Date(0).toISOString(), seconds * 1000)).toBe(text);
  });

  it.each([
    ['.a.b', 1],
    ['.list[1]', 'y'],
    ['.conditions[?(@.type=="Ready")].status', 'True'],
    ['.conditions[?(@.type=="None")].status', undefined],
    ['.a.b.c', undefined],
    ['.constructor', undefined],
  ])('the value at %s', (path, expected) => {
    const root = { a: { b: 1 }, list: ['x', 'y'], conditions: [{ type: 'Ready', status: 'True' }] };
    expect(valueAt(root, path)).toBe(expected);
  });
});
