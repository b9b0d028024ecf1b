import { describe, expect, it } from 'vitest';
import { KINDS, type Kind } from '../../schema/kube.ts';
import { pathOf, withQuery } from './paths.ts';

describe('pathOf', () => {
  it.each<[Kind, string | undefined, string | undefined, string | undefined, string]>([
    [KINDS.Pod, 'shop', undefined, undefined, '/api/v1/namespaces/shop/pods'],
    [KINDS.Pod, undefined, undefined, undefined, '/api/v1/pods'],
    [KINDS.Node, 'ignored', 'n1', undefined, '/api/v1/nodes/n1'],
    [KINDS.Deployment, 'shop', 'web', undefined, '/apis/apps/v1/namespaces/shop/deployments/web'],
    [KINDS.Decision, 's', 'd', 'status', '/apis/fairlead.dev/v1alpha1/namespaces/s/decisions/d/status'],
    [KINDS.Deployment, 'a/b', '../x?y', undefined, '/apis/apps/v1/namespaces/a%2Fb/deployments/..%2Fx%3Fy'],
  ])('of %o in %s, %s, %s is %s', (kind, namespace, name, subresource, expected) => {
    expect(pathOf(kind, namespace, name, subresource)).toBe(expected);
  });

  it.each([
    ['an empty name, which would mean the whole collection', 'shop', ''],
    ['a name of dots, which would mean another path', 'shop', '..'],
    ['an empty namespace', '', 'web'],
    ['no namespace at all', undefined, 'web'],
  ])('throws for %s', (_, namespace, name) => {
    expect(() => pathOf(KINDS.Deployment, namespace, name)).toThrow(/must not be|needs a namespace/);
  });
});

describe('withQuery', () => {
  it('encodes what is there and leaves out what is not', () => {
    expect(withQuery('/p', { labelSelector: 'a=b,c!=d', continue: undefined })).toBe(
      '/p?labelSelector=a%3Db%2Cc%21%3Dd',
    );
    expect(withQuery('/p', { continue: undefined })).toBe('/p');
  });
});
