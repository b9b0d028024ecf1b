import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../faces/cli/version.ts';
import type { KubeObject } from '../schema/kube.ts';
import { accountObjects } from './accounts.ts';
import { chartFiles } from './chart.ts';
import { blockHole, entryIf, hole, itemIf, numberHole, optionalHole, templateOf } from './holes.ts';
import { kustomizeFiles } from './kustomize.ts';
import { installObjects } from './parts.ts';
import { removalOf } from './removal.ts';
import { ACCOUNTS } from './rights.ts';
import { type Choices, IMAGE } from './settings.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const CHOICES: Choices = { namespace: 'agent-system', image: 'registry.example/fairlead:1', autonomy: 'observe' };
const generated = new Map([...kustomizeFiles(`${IMAGE}:${VERSION}`), ...chartFiles(VERSION)]);

interface Pod {
  readonly serviceAccountName: string;
  readonly securityContext: object;
  readonly containers: readonly [{ readonly args: string[]; readonly env: object[]; readonly securityContext: object }];
}
const pods = (choices: Choices = CHOICES): Map<string, Pod> =>
  new Map(
    installObjects(choices)
      .filter(({ kind }) => kind === 'StatefulSet')
      .map(({ metadata, spec }) => [metadata.name, (spec as { template: { spec: Pod } }).template.spec]),
  );
const named = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace ?? ''}/${name}`);

describe('the manifests', () => {
  it.each([...generated])('%s is committed as it would be generated now', (name, text) => {
    expect(readFileSync(path.join(ROOT, name), 'utf8')).toBe(text);
  });

  it('have no file that nobody generates any more', () => {
    const there = ['deploy/kustomize', 'deploy/helm'].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name))),
    );
    expect(there.filter((file) => !generated.has(file))).toEqual([]);
  });

  it('run every role under its own account, with nothing it could write but its data', () => {
    expect([...pods().keys()]).toEqual(ACCOUNTS.map((account) => `fairlead-${account}`));
    for (const [name, { serviceAccountName, securityContext, containers }] of pods()) {
      expect(serviceAccountName).toBe(name);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('tell the controller alone of the model, and the gateway alone of the key', () => {
    const withModel = pods({ ...CHOICES, modelUrl: 'http://ollama.models.svc:11434/v1' });
    const naming = (text: string): string[] =>
      [...withModel].filter(([, pod]) => JSON.stringify(pod).includes(text)).map(([name]) => name);
    expect(naming('fairlead-model')).toEqual(['fairlead-controller']);
    expect(naming('fairlead-signing-key')).toEqual(['fairlead-gateway']);
    expect(naming('fairlead-trust')).toEqual(['fairlead-executor']);
  });

  it('open a way to the model for the controller alone, and only where there is one', () => {
    const model = (choices: Choices): unknown =>
      installObjects(choices).find(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'fairlead-model',
      )?.spec;
    expect(model(CHOICES)).toBeUndefined();
    expect(model({ ...CHOICES, modelUrl: 'http://ollama.models.svc:11434/v1' })).toMatchObject({
      podSelector: { matchExpressions: [{ values: ['controller'] }] },
      egress: [{ ports: [{ protocol: 'TCP', port: 11434 }] }],
    });
  });

  it.each([
    [undefined, []],
    [
      { publicUrl: 'https://f.example.com' },
      ['--host=0.0.0.0', '--public-url=https://f.example.com', '--behind-proxy'],
    ],
    [
      { publicUrl: 'https://f.example.com', tls: true },
      ['--host=0.0.0.0', '--public-url=https://f.example.com', '--tls-cert=/tls/tls.crt', '--tls-key=/tls/tls.key'],
    ],
  ])('let the gateway listen as it is reached: %j', (gateway, args) => {
    const pod = pods({ ...CHOICES, ...gateway }).get('fairlead-gateway');
    const known = /^(serve|--(namespace|data|people|signing-key)=.*)$/;
    expect(pod?.containers[0].args.filter((arg) => !known.test(arg))).toEqual(args);
  });
});

describe('rights in one namespace', () => {
  const objects = accountObjects('agent-system', 'shop');

  it('leave across the cluster what has no namespace', () => {
    const roles = objects.filter(({ kind }) => kind === 'ClusterRole') as (KubeObject & {
      rules: { resources: string[]; resourceNames?: string[]; verbs: string[] }[];
    })[];
    expect(roles).toHaveLength(ACCOUNTS.length);
    for (const { rules } of roles) {
      expect([...new Set(rules.flatMap(({ resources }) => resources))].toSorted()).toEqual([
        'clusterblueprints',
        'namespaces',
        'nodes',
      ]);
      expect(rules.flatMap(({ verbs }) => verbs).filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual(
        [],
      );
      expect(rules.find(({ resources }) => resources[0] === 'namespaces')?.resourceNames).toEqual([
        'kube-system',
        'agent-system',
      ]);
    }
  });

  it('touch a Deployment there and nowhere else', () => {
    const patching = objects.filter((object) => JSON.stringify(object).includes('"deployments"'));
    expect(named(patching)).toEqual(ACCOUNTS.map((account) => `Role shop/fairlead-${account}-governed`));
  });
});

describe('what is deleted', () => {
  it('names each object of every way to install, once', () => {
    const gone = new Set(named(removalOf({ namespace: 'agent-system', onlyNamespace: 'shop', keepRecords: false })));
    const full = { ...CHOICES, modelUrl: 'https://m/v1', prometheusUrl: 'http://p', alerts: true, redis: true };
    for (const choices of [CHOICES, full, { ...full, onlyNamespace: 'shop' }]) {
      expect(named(installObjects(choices)).filter((name) => !gone.has(name))).toEqual([]);
    }
    expect([...gone].slice(0, 3).every((name) => name.startsWith('StatefulSet '))).toBe(true);
    expect([...gone].at(-1)).toBe('Namespace /agent-system');
  });
});

describe('a template with holes', () => {
  it.each([
    [`a: ${hole('.Values.a')}\n`, 'a: {{ .Values.a | quote }}\n'],
    [`a: ${numberHole('.Values.a')}\n`, 'a: {{ .Values.a }}\n'],
    [`a: x-${hole('.Values.a')}\n`, 'a: x-{{ .Values.a }}\n'],
    [`  a: ${blockHole('toYaml .Values.a')}\n`, '  a:\n    {{- toYaml .Values.a | nindent 4 }}\n'],
    [`- to: ${blockHole('x')}\n`, '- to:\n    {{- x | nindent 4 }}\n'],
    [`- ${itemIf({ expression: '.Values.a' }, 'b')[0]}\n`, '{{- if .Values.a }}\n- b\n{{- end }}\n'],
    [`  ${Object.keys(entryIf({ expression: '.a' }, 'k', 'v'))[0]}: v\n`, '  {{- if .a }}\n  k: v\n  {{- end }}\n'],
    [
      `  a: ${optionalHole('.Values.a')}\n`,
      '  {{- with .Values.a }}\n  a:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n',
    ],
  ])('%j becomes %j', (yaml, template) => {
    expect(templateOf(yaml)).toBe(template);
  });

  it('refuses what Helm would evaluate', () => {
    expect(() => templateOf('a: "{{ b }}"')).toThrow('{{');
  });
});
