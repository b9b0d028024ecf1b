import { describe, expect, it } from 'vitest';
import type { JsonPatchOperation } from '../schema/patch.ts';
import { applyPatch } from './jsonPatch.ts';

const document = { spec: { replicas: 2, list: ['a', 'b'] }, metadata: { annotations: { 'x/y': '1' } } };
const patched = (...operations: JsonPatchOperation[]): unknown => {
  const result = applyPatch<unknown>(document, operations);
  return result.ok ? result.value : result.error.kind;
};

describe('a JSON patch', () => {
  it.each<[string, JsonPatchOperation, unknown]>([
    ['a test that holds', { op: 'test', path: '/spec/replicas', value: 2 }, document],
    ['a test of another value', { op: 'test', path: '/spec/replicas', value: '2' }, 'test'],
    ['a test of what is absent', { op: 'test', path: '/status/replicas', value: 2 }, 'test'],
    ['an escaped key', { op: 'test', path: '/metadata/annotations/x~1y', value: '1' }, document],
    ['a replace of what is absent', { op: 'replace', path: '/spec/size', value: 1 }, 'path'],
    ['an add below what is absent', { op: 'add', path: '/status/replicas', value: 1 }, 'path'],
    ['a remove of what is absent', { op: 'remove', path: '/spec/size' }, 'path'],
    ['an index out of bounds', { op: 'add', path: '/spec/list/3', value: 'c' }, 'path'],
    ['a path into a prototype', { op: 'add', path: '/__proto__/polluted', value: 1 }, 'path'],
  ])('answers %s', (_name, operation, expected) => {
    expect(patched(operation)).toEqual(expected);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('adds, replaces and removes keys and elements', () => {
    expect(
      patched(
        { op: 'replace', path: '/spec/replicas', value: 3 },
        { op: 'add', path: '/spec/list/1', value: 'x' },
        { op: 'add', path: '/spec/list/-', value: 'end' },
        { op: 'remove', path: '/spec/list/0' },
        { op: 'remove', path: '/metadata/annotations' },
      ),
    ).toEqual({ spec: { replicas: 3, list: ['x', 'b', 'end'] }, metadata: {} });
  });

  it('changes nothing when a later operation fails', () => {
    const before = structuredClone(document);
    expect(
      patched({ op: 'replace', path: '/spec/replicas', value: 9 }, { op: 'test', path: '/spec/replicas', value: 2 }),
    ).toBe('test');
    expect(document).toEqual(before);
  });
});
