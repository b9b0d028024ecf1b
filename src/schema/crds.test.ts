import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CrdNode, nodeAt } from './crdSchema.ts';
import { crds } from './crds.ts';
import { generatedFiles } from './generated.ts';

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names: { readonly kind: string; readonly shortNames: readonly string[] };
    readonly versions: readonly {
      readonly subresources: object;
      readonly additionalPrinterColumns: readonly {
        readonly name: string;
        readonly jsonPath: string;
        readonly priority?: number;
      }[];
      readonly schema: { readonly openAPIV3Schema: CrdNode };
    }[];
  };
}

const definitions: readonly Crd[] = JSON.parse(JSON.stringify(crds()));
const rootOf = (crd: Crd): CrdNode => crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};

function nodes(node: CrdNode, at = ''): [string, CrdNode][] {
  const children = [
    ...Object.entries(node.properties ?? {}),
    ...(node.items === undefined ? [] : [['[]', node.items] as const]),
    ...(typeof node.additionalProperties === 'object' ? [['{}', node.additionalProperties] as const] : []),
  ];
  return [[at, node], ...children.flatMap(([name, child]) => nodes(child, `${at}.${name}`))];
}

describe.each(definitions.map((crd) => [crd.spec.names.kind, crd] as const))('the CRD of %s', (_, crd) => {
  const all = nodes(rootOf(crd)).filter(
    ([at]) => at.startsWith('.spec') || at.startsWith('.status') || at.startsWith('.votes'),
  );

  it('is structural: nothing that the API server refuses', () => {
    expect(JSON.stringify(rootOf(crd))).not.toMatch(/"(\$ref|\$schema|oneOf|anyOf|allOf|readOnly|default|const)":/);
    for (const [at, node] of all) {
      expect(node.type, at).toBeDefined();
      expect(node.properties !== undefined && node.additionalProperties !== undefined, at).toBe(false);
    }
    expect(all.length).toBeGreaterThan(8);
  });

  it('bounds every text, list and map, so that no rule over it grows expensive', () => {
    for (const [at, node] of all) {
      if (node.type === 'string') expect(node.enum !== undefined || node.maxLength !== undefined, at).toBe(true);
      if (node.type === 'array') expect(node.maxItems, at).toBeDefined();
      if (node.type === 'object' && node.properties === undefined) expect(node.maxProperties, at).toBeDefined();
    }
  });

  it('shows columns that exist in its schema', () => {
    for (const { jsonPath } of crd.spec.versions[0]?.additionalPrinterColumns ?? []) {
      if (jsonPath.startsWith('.metadata')) continue;
      const plain = jsonPath.replace(/^\./, '').replaceAll(/\[[^\]]*\]/g, '.[]');
      expect(() => nodeAt(rootOf(crd), plain), jsonPath).not.toThrow();
    }
    expect(crd.spec.versions[0]?.subresources).toEqual({ status: {} });
  });
});

describe('what is generated', () => {
  it.each([...generatedFiles()])('%s is committed as it would be generated now', (name, text) => {
    expect(readFileSync(path.join(import.meta.dirname, '..', '..', name), 'utf8')).toBe(text);
  });

  it('throws when a rule names a field that is no longer there', () => {
    expect(() => nodeAt({ type: 'object', properties: {} }, 'scaling')).toThrow('no schema at scaling');
  });
});
