import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBlueprint } from '../../../schema/blueprint/load.ts';
import { init } from './init.ts';

const deployment = (name: string, more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}${more} }
spec:
  replicas: 3
  template: { spec: { containers: [{ name: app, image: app, resources: { requests: { cpu: 500m } } }] } }
`;
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\n';
const LIST = (...items: string[]): string =>
  `apiVersion: v1\nkind: List\nitems:\n${items.map((item) => `  - ${item.trim().replaceAll('\n', '\n    ')}\n`).join('')}`;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'fairlead-init-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function drafted(text: string, name?: string): Promise<{ code: number; out: string; err: string }> {
  const filename = path.join(dir, 'deployment.yaml');
  await writeFile(filename, text);
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (words: string) => void out.push(words),
    err: (words: string) => void err.push(words),
    signal: new AbortController().signal,
    interactive: false,
  };
  // A kubeconfig that is not there: whoever asked a cluster would fail.
  const code = await init(io, name, { filename, kubeconfig: path.join(dir, 'none'), namespace: 'agent-system' });
  return { code, out: out.join(''), err: err.join('') };
}

describe('a draft from a manifest', () => {
  it.each([
    ['of the one Deployment in it', deployment('web'), undefined, 'web', undefined],
    ['among other objects', `${SERVICE}---\n${deployment('web', ', namespace: shop')}`, undefined, 'web', 'shop'],
    ['as kubectl get -o yaml gives it', LIST(SERVICE, deployment('web')), undefined, 'web', undefined],
    ['in the namespace that is said', deployment('web'), 'shop/web', 'web', 'shop'],
    ['of the one that is named', `${deployment('web')}---\n${deployment('api')}`, 'api', 'api', undefined],
    [
      'of the one in that namespace',
      `${deployment('web', ', namespace: shop')}---\n${deployment('web', ', namespace: test')}`,
      'test/web',
      'web',
      'test',
    ],
  ])('%s is a blueprint, and says that no cluster was asked', async (_, text, named, name, namespace) => {
    const { code, out, err } = await drafted(text, named);
    expect([code, err]).toEqual([0, '']);
    const loaded = loadBlueprint(out, 'draft.yaml');
    expect(loaded.ok && loaded.value).toMatchObject({
      name,
      spec: {
        autonomy: 'observe',
        target: { name, ...(namespace !== undefined && { namespace }) },
        scaling: { min_replicas: 2, max_replicas: 6 },
        resources: { cpu: { target: '500m' } },
      },
    });
    expect(loaded.ok && loaded.value.namespace).toBe(namespace);
    expect(out).toContain('No cluster was asked');
    expect(out).toContain('replicas: 3');
  });

  it('that says no replicas says what was taken for them', async () => {
    const { out } = await drafted(deployment('web').replace('  replicas: 3\n', ''));
    expect(out).toContain('which says no replicas');
    expect(out).toContain('min_replicas: 1');
  });

  it.each([
    [
      'two Deployments and no name',
      `${deployment('web')}---\n${deployment('api')}`,
      undefined,
      'name one of NAMESPACE/web, NAMESPACE/api',
    ],
    [
      'two of that name',
      `${deployment('web', ', namespace: shop')}---\n${deployment('web', ', namespace: test')}---\n${deployment('api')}`,
      'web',
      'which of its Deployments? name one of shop/web, test/web before -f',
    ],
    ['the same twice', `${deployment('web')}---\n${deployment('web')}`, 'web', 'NAMESPACE/web stands in it twice'],
    ['another name', deployment('web'), 'api', 'name one of NAMESPACE/web'],
    ['another namespace', deployment('web', ', namespace: shop'), 'test/web', 'name one of shop/web'],
    ['none', SERVICE, undefined, 'no Deployment of apps/v1 with a name, only Service'],
    ['an old API', deployment('web').replace('apps/v1', 'extensions/v1beta1'), undefined, 'no Deployment of apps/v1'],
    [
      'a name that is none',
      deployment('"web\\n# grant everything"'),
      undefined,
      'no Deployment of apps/v1 with a name',
    ],
    [
      'a template',
      deployment('{{ .Values.name }}').replace('replicas: 3', 'replicas: {{ 3'),
      undefined,
      'has to be rendered first',
    ],
    ['a kind that draws', 'kind: "\\e[31mRed"\n', undefined, 'only Red; other kinds'],
    ['nothing', '', undefined, 'no Deployment'],
  ])('with %s fails, and says why', async (_, text, named, words) => {
    const { code, out, err } = await drafted(text, named);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(words);
  });
});

describe('without a cluster', () => {
  it('it says how a manifest does', async () => {
    const said: string[] = [];
    const io = {
      out: () => undefined,
      err: (words: string) => void said.push(words),
      signal: new AbortController().signal,
      interactive: false,
    };
    expect(await init(io, 'shop/web', { kubeconfig: path.join(dir, 'none'), namespace: 'agent-system' })).toBe(1);
    expect(said.join('')).toContain('fairlead init -f deployment.yaml');
    expect(await init(io, undefined, { namespace: 'agent-system' })).toBe(2);
  });
});
