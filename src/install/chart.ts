import { stringify } from 'yaml';
import { yamlText } from '../schema/blueprint/yamlText.ts';
import { crds } from '../schema/crds.ts';
import type { KubeObject } from '../schema/kube.ts';
import { valuesSchema, valuesYaml } from './chartValues.ts';
import { blockHole, type Condition, hole, numberHole, optionalHole, templateOf } from './holes.ts';
import { partsOf } from './parts.ts';
import type { Settings } from './settings.ts';

const ROOT = 'deploy/helm/fairlead';
const HEADER = '# Generated from src/install by `npm run gen`. Do not edit.\n';

/** `deploy/helm/fairlead`: path and text of each file. */
export function chartFiles(version: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  files.set(`${ROOT}/Chart.yaml`, HEADER + yamlText(chartOf(version)));
  files.set(`${ROOT}/values.yaml`, `${HEADER}\n${valuesYaml()}`);
  files.set(`${ROOT}/values.schema.json`, `${JSON.stringify(valuesSchema(), null, 2)}\n`);
  files.set(`${ROOT}/.helmignore`, '*.orig\n*.rej\n');
  files.set(`${ROOT}/templates/_helpers.tpl`, HELPERS);
  files.set(`${ROOT}/templates/NOTES.txt`, NOTES);
  for (const crd of crds() as KubeObject[]) {
    files.set(`${ROOT}/crds/${crd.metadata.name.replace(/\..*$/, '')}.yaml`, HEADER + yamlText(crd));
  }
  for (const { name, objects, when } of partsOf(OPEN)) {
    const text = templateOf(objects.map(plainYaml).join('---\n'));
    const conditions = when.flatMap((one) => (typeof one === 'boolean' ? [] : [one.expression]));
    const [first = '', ...others] = conditions;
    const all = others.length === 0 ? first : `and ${conditions.map(inBrackets).join(' ')}`;
    const [open, close] = conditions.length === 0 ? ['', ''] : [`{{- if ${all} }}\n`, '{{- end }}\n'];
    files.set(`${ROOT}/templates/${name}.yaml`, `${HEADER}${open}${text}${close}`);
  }
  return files;
}

/** A hole never falls on two lines. */
const plainYaml = (object: object): string =>
  stringify(object, { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false });

const inBrackets = (expression: string): string => (expression.includes(' ') ? `(${expression})` : expression);
const where = (expression: string): Condition => ({ expression });

/** Every choice left open. */
const OPEN: Settings = {
  namespace: hole('.Release.Namespace'),
  image: hole('include "fairlead.image" .'),
  autonomy: hole('.Values.clusterBlueprint.autonomy'),
  hasOrganisation: where('.Values.clusterBlueprint.create'),
  onlyNamespace: hole('.Values.onlyNamespace'),
  governsOne: where('.Values.onlyNamespace'),
  replicas: {
    controller: numberHole('.Values.replicas.controller'),
    executor: numberHole('.Values.replicas.executor'),
    gateway: numberHole('.Values.replicas.gateway'),
  },
  resources: {
    controller: blockHole('toYaml .Values.resources.controller'),
    executor: blockHole('toYaml .Values.resources.executor'),
    gateway: blockHole('toYaml .Values.resources.gateway'),
  },
  model: {
    url: hole('.Values.model.url'),
    name: hole('.Values.model.name'),
    port: numberHole('include "fairlead.port" .Values.model.url'),
    isSet: where('.Values.model.url'),
  },
  prometheus: {
    url: hole('.Values.prometheus.url'),
    port: numberHole('include "fairlead.port" .Values.prometheus.url'),
    isSet: where('.Values.prometheus.url'),
  },
  gateway: {
    publicUrl: hole('.Values.gateway.publicUrl'),
    isPublic: where('.Values.gateway.publicUrl'),
    hasCertificate: where('and .Values.gateway.publicUrl .Values.gateway.tls'),
    isBehindProxy: where('and .Values.gateway.publicUrl (not .Values.gateway.tls)'),
  },
  alerts: where('.Values.alerts.enabled'),
  redis: where('.Values.redis.enabled'),
  storage: {
    size: hole('.Values.storage.size'),
    className: hole('.Values.storage.className'),
    hasClass: where('.Values.storage.className'),
  },
  network: {
    isOn: where('.Values.networkPolicy.enabled'),
    apiServer: blockHole('include "fairlead.ipBlocks" .Values.networkPolicy.apiServer.cidrs'),
    models: blockHole('include "fairlead.ipBlocks" .Values.networkPolicy.model.cidrs'),
  },
  pods: {
    imagePullSecrets: optionalHole('.Values.imagePullSecrets'),
    nodeSelector: optionalHole('.Values.nodeSelector'),
    tolerations: optionalHole('.Values.tolerations'),
  },
};

const chartOf = (version: string): object => ({
  apiVersion: 'v2',
  name: 'fairlead',
  description:
    'Lets AI agents operate Kubernetes services, inside limits that a human wrote down and anyone can check.',
  type: 'application',
  version,
  appVersion: version,
  kubeVersion: '>=1.30.0-0',
  keywords: ['ai-operations', 'autoscaling', 'approval', 'audit'],
});

const HELPERS = `{{/* Generated from src/install by \`npm run gen\`. Do not edit. */}}
{{- define "fairlead.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{/* The port of an address, also where it goes without saying. */}}
{{- define "fairlead.port" -}}
{{- $url := urlParse . -}}
{{- if regexMatch ":[0-9]+$" $url.host -}}
{{- regexFind "[0-9]+$" $url.host -}}
{{- else if eq $url.scheme "http" -}}
80
{{- else -}}
443
{{- end -}}
{{- end -}}

{{- define "fairlead.ipBlocks" -}}
{{- range $index, $cidr := . -}}
{{- if $index }}
{{ end -}}
- ipBlock:
    cidr: {{ $cidr | quote }}
{{- end -}}
{{- end -}}
`;

const NOTES = `Fairlead {{ .Chart.AppVersion }} in {{ .Release.Namespace }}, for {{ if .Values.onlyNamespace }}the namespace {{ .Values.onlyNamespace }} alone{{ else }}all namespaces{{ end }}.
{{- if not (lookup "v1" "Secret" .Release.Namespace "fairlead-signing-key") }}

Its pods wait for the gateway's key, which is made once and kept out of files and releases:

  fairlead install --keys --namespace {{ .Release.Namespace }} | kubectl apply -f -

or without the program:

  openssl genpkey -algorithm ed25519 -out gateway.key && openssl pkey -in gateway.key -pubout -out gateway.pub
  kubectl create secret generic fairlead-signing-key -n {{ .Release.Namespace }} --from-file=gateway.key
  kubectl create configmap fairlead-trust -n {{ .Release.Namespace }} --from-file=gateway.pub
  kubectl create secret generic fairlead-gateway -n {{ .Release.Namespace }}
  rm gateway.key
{{- end }}

Proposals by: {{ if .Values.model.url }}the model at {{ .Values.model.url }}{{ else }}rules alone (model.url names an endpoint){{ end }}.
{{- if .Values.clusterBlueprint.create }}
{{- if eq .Values.clusterBlueprint.autonomy "autonomous" }}
Autonomy: as far as each blueprint says. fairlead pause --all and fairlead stop --all hold everything.
{{- else }}
Autonomy: {{ .Values.clusterBlueprint.autonomy }} at most, whatever blueprints say (clusterBlueprint.autonomy lifts it).
{{- end }}
{{- end }}

A Deployment is changed only if it has a Blueprint and the label fairlead.dev/managed=true, which people set.
{{- if .Values.gateway.publicUrl }}
Approvals at {{ .Values.gateway.publicUrl }}, from namespaces labelled fairlead.dev/ingress=true.
{{- else }}
Approvals: kubectl port-forward -n {{ .Release.Namespace }} statefulset/fairlead-gateway 8484
{{- end }}
The first admin's link: kubectl exec -n {{ .Release.Namespace }} statefulset/fairlead-gateway -- fairlead users add admin --role admin --secret --namespace {{ .Release.Namespace }}{{ with .Values.gateway.publicUrl }} --url {{ . }}{{ end }}

Upgrades: Helm never touches the definitions of our kinds again. Before each upgrade:
  helm show crds CHART | kubectl apply --server-side --force-conflicts -f -
helm uninstall leaves them, the records of those kinds, the keys and the volumes with the journals. All of it goes with
  fairlead uninstall | kubectl delete --ignore-not-found -f -
`;
