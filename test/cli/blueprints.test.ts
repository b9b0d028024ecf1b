import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { publicKeyOf } from '../../src/approvals/keys.ts';
import { cli } from './cli.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const GOOD = `metadata: { name: web, version: 1.0.0 }
spec:
  scaling: { min_replicas: 2, max_replicas: 10, target_cpu_utilization: 70%, scale_up_threshold: 80%, scale_down_threshold: 40% }
governance:
  agent_authority:
    allowed_operations: [scale_within_limits, restart_pods]
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const at = path.join(dir, name);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, text);
  return at;
}

describe('fairlead validate', () => {
  const WATCHED = GOOD.replace('governance:', '  performance: { latency_target_p95: 200ms }\ngovernance:');

  it('says of each file of a folder, however deep, whether it is valid', async () => {
    const web = file('web/blueprint.yaml', WATCHED);
    file('web/notes.txt', 'not a blueprint');
    expect(await cli('validate', dir)).toEqual({ code: 0, out: `${web}: valid\n`, err: '' });
  });

  it('says below a valid file what people do not expect of it, and with -v the defaults and costs before it', async () => {
    const web = file('web.yaml', GOOD);
    const plain = await cli('validate', web);
    expect(plain.code).toBe(0);
    expect(plain.out).toMatch(/^.*web\.yaml: valid\n {2}note {5}spec\.performance names no objective: .+\n$/);
    const verbose = await cli('validate', '-v', web);
    expect(verbose.out).toMatch(
      /valid\n( {2}default {2}.+\n){10,} {2}cost {5}scale_down_threshold 40% .+\n {2}note {5}.+\n$/,
    );
  });

  it('prints each fault with its place and, below, the fix, and exits 1', async () => {
    const web = file('web.yaml', GOOD.replace('min_replicas: 2', 'min_replicas: 20').replace('70%', '70'));
    const { code, out } = await cli('validate', web);
    expect(code).toBe(1);
    expect(out).toMatch(/web\.yaml:3:\d+: spec\.scaling\.target_cpu_utilization: .*\n {4}fix: .+/);
    expect(out.split('\n').filter((line) => line.startsWith(web)).length).toBeGreaterThan(0);
  });

  it('prints the agreed JSON, also for one bad file among good ones', async () => {
    const good = file('a.yaml', GOOD);
    const bad = file('b.yaml', GOOD.replace('name: web', 'nam: web'));
    const { code, out, err } = await cli('validate', good, bad, '-o', 'json');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const report = JSON.parse(out) as { files: { file: string; valid: boolean; errors: object[] }[] };
    expect(Object.keys(report)).toEqual(['files']);
    expect(report.files.map(({ file: name, valid }) => [name, valid])).toEqual([
      [good, true],
      [bad, false],
    ]);
    for (const fault of report.files[1]?.errors ?? [{}]) {
      expect(Object.keys(fault).sort()).toEqual(
        ['code', 'column', 'expected', 'fix', 'found', 'line', 'message', 'path'].sort(),
      );
    }
  });

  it('has the notes of a file in the JSON beside its faults, and with -v its defaults and costs', async () => {
    const [good, bad] = [file('a.yaml', GOOD), file('b.yaml', GOOD.replace('name: web', 'nam: web'))];
    const read = async (...flags: string[]): Promise<unknown> =>
      JSON.parse((await cli('validate', good, bad, '-o', 'json', ...flags)).out);
    const notes = [{ message: expect.stringMatching(/^spec\.performance names no objective/) }];
    const errors = expect.arrayContaining([expect.anything()]);
    expect(await read()).toEqual({
      files: [
        { file: good, valid: true, errors: [], notes },
        { file: bad, valid: false, errors, notes: [] },
      ],
    });
    const cooldown = expect.objectContaining({ path: 'spec.safety.cooldown', value: '1m' });
    const costs = [{ message: expect.stringMatching(/^scale_down_threshold 40%/) }];
    expect(await read('-v')).toMatchObject({
      files: [
        { notes, costs, defaults: expect.arrayContaining([cooldown]) },
        { notes: [], costs: [], defaults: [] },
      ],
    });
  });

  it('shows the defaults in force with -v', async () => {
    const { out } = await cli('validate', '-v', file('a.yaml', GOOD));
    expect(out).toMatch(/default {2}verification\.enabled: true/);
    expect(out).toMatch(/default {2}spec\.safety\.cooldown: 1m/);
  });

  it('holds blueprints against the global rules of --global', async () => {
    const rules = file(
      'rules/global.yaml',
      'kind: ClusterBlueprint\nmetadata: { name: default }\nspec: { ceilings: { max_replicas: 5 } }\n',
    );
    const { code, out } = await cli('validate', file('web.yaml', GOOD), '--global', rules);
    expect(out).toMatch(/max_replicas.*10.*5[\s\S]*fix:/);
    expect(code).toBe(1);
  });

  it.each<[string, () => string, RegExp]>([
    ['a path that is not there', () => path.join(dir, 'nope'), /nope cannot be read: there is no such file or folder/],
    ['a folder without blueprints', () => dir, /there is no \.yaml file in .*; fairlead init drafts one/],
  ])('fails on %s', async (_, at, words) => {
    const { code, out, err } = await cli('validate', at());
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(words);
  });

  it('accepts what is shipped', async () => {
    expect(await cli('validate', path.join(ROOT, 'blueprints'))).toMatchObject({ code: 0, err: '' });
  });
});

describe('fairlead convert', () => {
  it('turns the file form into the Kubernetes form and back without loss', async () => {
    const there = await cli('convert', file('a.yaml', GOOD), '--namespace', 'shop');
    expect(there.code).toBe(0);
    expect(parse(there.out)).toMatchObject({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Blueprint',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { version: '1.0.0' },
    });
    const back = await cli('convert', file('b.yaml', there.out));
    expect(back.code).toBe(0);
    const again = await cli('convert', file('c.yaml', back.out), '--namespace', 'shop');
    expect(parse(again.out)).toEqual(parse(there.out));
  });

  it('refuses a faulty file with its faults, on stderr', async () => {
    const { code, out, err } = await cli('convert', file('a.yaml', 'metadata: { name: web }\n'));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/a\.yaml:1:\d+: metadata\.version[\s\S]*fix:/);
  });

  it('refuses global rules, which have one form only', async () => {
    const { code, err } = await cli('convert', path.join(ROOT, 'blueprints', 'global', 'default.yaml'));
    expect(code).toBe(2);
    expect(err).toMatch(/one blueprint of a service/);
  });
});

describe('fairlead install', () => {
  it('prints the five definitions, as kubectl takes them', async () => {
    const { code, out, err } = await cli('install', '--crds');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const documents = parseAllDocuments(out).map((document) => document.toJS() as { kind: string; metadata: object });
    expect(documents.map(({ kind }) => kind)).toEqual(Array(5).fill('CustomResourceDefinition'));
  });

  it('prints the accounts and the policies for a namespace', async () => {
    const { code, out } = await cli('install', '--rights', '--namespace', 'ops');
    expect(code).toBe(0);
    const kinds = parseAllDocuments(out).map((document) => (document.toJS() as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === 'ServiceAccount')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'ValidatingAdmissionPolicy').length).toBeGreaterThanOrEqual(8);
    expect(out).toContain('system:serviceaccount:ops:fairlead-executor');
    expect(out).not.toContain('agent-system');
  });

  it('prints what runs by itself, and says what it grants', async () => {
    const { code, out, err } = await cli('install');
    expect(code).toBe(0);
    expect(err).toMatch(/the executor:\n\s+patch deployments: .*policies/);
    expect(err).toContain('observe-only: nothing is ever changed');
    const objects = parseAllDocuments(out).map((document) => document.toJS());
    expect(objects.filter(({ kind }) => kind === 'StatefulSet')).toHaveLength(3);
    expect(objects.filter(({ kind }) => kind === 'CustomResourceDefinition' || kind === 'Secret')).toEqual([]);
    const one = await cli('install', '--overlay', 'autonomous', '--only-namespace', 'shop');
    expect(one.err).toContain('in shop alone');
    expect(one.out).toContain('--only-namespace=shop');
    expect(one.out).toContain('autonomy: autonomous');
  });

  it('names what is to be deleted, the records only where they are not to be kept', async () => {
    const all = await cli('uninstall');
    expect(all.err).toMatch(/goes with it: every Blueprint.*fairlead audit export/);
    expect(all.out).toContain('kind: CustomResourceDefinition');
    const kept = await cli('uninstall', '--keep-records');
    expect(kept.err).toMatch(/^stays: the definitions/);
    expect(kept.out).not.toMatch(/kind: (CustomResourceDefinition|Namespace|Secret)\n/);
    expect(kept.out).toContain('kind: StatefulSet');
  });

  it('makes a key whose public half is the executor’s, and another one each time', async () => {
    const keys = async (): Promise<{ key: string; pub: string; secrets: string[] }> => {
      const { code, out } = await cli('install', '--keys');
      expect(code).toBe(0);
      const objects = parseAllDocuments(out).map((document) => document.toJS());
      const named = (name: string) => objects.find((object) => object.metadata.name === name);
      const secrets = objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name);
      return {
        key: named('fairlead-signing-key').stringData['gateway.key'],
        pub: named('fairlead-trust').data['gateway.pub'],
        secrets,
      };
    };
    const [one, other] = [await keys(), await keys()];
    expect(one.secrets).toEqual(['fairlead-signing-key', 'fairlead-gateway']);
    expect(publicKeyOf(one.key)).toBe(one.pub);
    expect(other.key).not.toBe(one.key);
  });
});
