import { yamlText } from '../schema/blueprint/yamlText.ts';
import { crds } from '../schema/crds.ts';
import type { KubeObject } from '../schema/kube.ts';
import { ours } from './labels.ts';
import { type PartName, partsOf } from './parts.ts';
import { ACCOUNTS } from './rights.ts';
import { type Choices, OWN_NAMESPACE, settingsOf } from './settings.ts';
import { namespaceObject } from './surroundings.ts';

const HEADER = '# Generated from src/install by `npm run gen`. Do not edit: write an overlay of your own.\n';
const ROOT = 'deploy/kustomize';
/** The namespace in the overlay for a single one: an example, to be replaced in one line. */
export const EXAMPLE_NAMESPACE = 'shop';
/** The endpoint in the component for a model: an example as well. */
const EXAMPLE_MODEL = 'http://ollama.models.svc:11434/v1';

const SCOPED: Readonly<Partial<Record<PartName, string>>> = {
  'rights-everywhere': 'everywhere',
  'rights-in-one-namespace': 'one-namespace',
  'network-model': 'model',
  'network-prometheus': 'prometheus',
  'network-alerts': 'alerts',
  'network-redis': 'redis',
};

/** `deploy/kustomize`: path and text of each file. */
export function kustomizeFiles(image: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const write = (file: string, ...documents: readonly object[]): void => {
    files.set(`${ROOT}/${file}`, HEADER + documents.map(yamlText).join('---\n'));
  };
  const choices: Choices = {
    namespace: OWN_NAMESPACE,
    image,
    autonomy: 'observe',
    onlyNamespace: EXAMPLE_NAMESPACE,
    modelUrl: EXAMPLE_MODEL,
    prometheusUrl: 'http://prometheus.monitoring.svc:9090',
  };
  const plain = partsOf(settingsOf({ namespace: OWN_NAMESPACE, image, autonomy: 'observe' }));
  const scoped = new Map(partsOf(settingsOf(choices)).map((part) => [part.name, part.objects]));
  const base = plain.filter(({ name }) => SCOPED[name] === undefined);
  write('base/namespace.yaml', ours(namespaceObject(OWN_NAMESPACE)));
  for (const { name, objects } of base) write(`base/${name}.yaml`, ...objects);
  write('base/kustomization.yaml', kustomization(['namespace.yaml', ...base.map(({ name }) => `${name}.yaml`)]));
  for (const [name, folder] of Object.entries(SCOPED)) {
    const objects = scoped.get(name as PartName) ?? [];
    const isRights = folder === 'everywhere' || folder === 'one-namespace';
    write(`components/${folder}/${name}.yaml`, ...objects);
    write(`components/${folder}/kustomization.yaml`, {
      ...component([`${name}.yaml`]),
      ...(!isRights && addressOf(folder)),
    });
  }
  write('overlays/observe-only/kustomization.yaml', overlay('everywhere'));
  write('overlays/autonomous/kustomization.yaml', {
    ...overlay('everywhere'),
    patches: [
      {
        target: { kind: 'ClusterBlueprint', name: 'default' },
        patch: yamlText([{ op: 'replace', path: '/spec/autonomy', value: 'autonomous' }]),
      },
    ],
  });
  write('overlays/one-namespace/namespace.yaml', scopeMap());
  write('overlays/one-namespace/kustomization.yaml', oneNamespace());
  files.set('deploy/crds/kustomization.yaml', `${CRDS_HEADER}${yamlText(kustomization(crds().map(fileOf)))}`);
  return files;
}

const CRDS_HEADER = `# Generated from src/schema by \`npm run gen\`. Do not edit.
# Apart from what runs, since all records go with their definitions: kubectl apply --server-side -k deploy/crds
`;

const API = 'kustomize.config.k8s.io';
const kustomization = (resources: readonly string[]): object => ({
  apiVersion: `${API}/v1beta1`,
  kind: 'Kustomization',
  resources,
});
const component = (resources: readonly string[]): object => ({
  apiVersion: `${API}/v1alpha1`,
  kind: 'Component',
  resources,
});
const overlay = (rights: 'everywhere' | 'one-namespace', more: readonly string[] = []): object => ({
  ...kustomization(['../../base', ...more]),
  components: [`../../components/${rights}`],
});

/** What a component adds besides its NetworkPolicy: the address, to be replaced in one line. */
function addressOf(folder: string): object {
  const data: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    model: [
      ['FAIRLEAD_MODEL_URL', EXAMPLE_MODEL],
      ['FAIRLEAD_MODEL', 'qwen2.5'],
    ],
    prometheus: [['FAIRLEAD_PROMETHEUS_URL', 'http://prometheus.monitoring.svc:9090']],
  };
  const entries = data[folder];
  if (entries === undefined) return {};
  return {
    patches: [
      {
        target: { kind: 'ConfigMap', name: `fairlead-${folder}` },
        patch: yamlText(entries.map(([key, value]) => ({ op: 'replace', path: `/data/${key}`, value }))),
      },
    ],
  };
}

/** Read by `replacements`, and left out of what is applied. */
const scopeMap = (): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'fairlead-scope', annotations: { 'config.kubernetes.io/local-config': 'true' } },
  data: { namespace: EXAMPLE_NAMESPACE },
});

function oneNamespace(): object {
  const into = (kind: string, fieldPath: string): object => ({
    select: { kind },
    fieldPaths: [fieldPath],
    ...(kind === 'StatefulSet' && { options: { delimiter: '=', index: 1 } }),
  });
  return {
    ...overlay('one-namespace', ['namespace.yaml']),
    patches: ACCOUNTS.map((role) => ({
      target: { kind: 'StatefulSet', name: `fairlead-${role}` },
      patch: yamlText([
        {
          op: 'add',
          path: '/spec/template/spec/containers/0/args/1',
          value: `--only-namespace=${EXAMPLE_NAMESPACE}`,
        },
      ]),
    })),
    replacements: [
      {
        source: { kind: 'ConfigMap', name: 'fairlead-scope', fieldPath: 'data.namespace' },
        targets: [
          into('StatefulSet', 'spec.template.spec.containers.0.args.1'),
          ...['Role', 'RoleBinding'].map((kind) => ({
            select: { kind },
            // Those in our own namespace stay there.
            reject: [{ kind, namespace: OWN_NAMESPACE }],
            fieldPaths: ['metadata.namespace'],
          })),
        ],
      },
    ],
  };
}

function fileOf(crd: object): string {
  const { metadata } = crd as KubeObject;
  return `${metadata.name.replace(/\..*$/, '')}.yaml`;
}
