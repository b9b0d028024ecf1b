import type { KubeObject } from '../../schema/kube.ts';
import { metricsOf } from '../autoscalers.ts';
import { humanAge } from './humanAge.ts';
import { own, valueAt } from './jsonPath.ts';
import { podSummary } from './podSummary.ts';
import type { PrinterColumn, Resource } from './resources.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** 1: only with `-o wide`. */
  readonly priority: number;
  cell(object: KubeObject, now: number): unknown;
}

type Cell = Column['cell'];

const column = (name: string, cell: Cell, type = 'string'): Column => ({
  name,
  type,
  description: name,
  priority: 0,
  cell,
});
const wide = (name: string, cell: Cell): Column => ({ ...column(name, cell), priority: 1 });

const NAME = column('Name', (object) => object.metadata.name);
const AGE = column('Age', (object, now) => humanAge(object.metadata.creationTimestamp, now));
const CREATED = column('Created At', (object) => object.metadata.creationTimestamp, 'date');

const at =
  (path: string, missing: unknown = '<none>'): Cell =>
  (object) =>
    valueAt(object, path) ?? missing;
const number = (path: string): Cell => at(path, 0);

const containers = (object: KubeObject): readonly unknown[] => listAt(object, '.spec.template.spec.containers');
const CONTAINERS = [
  wide('Containers', (object) => joined(containers(object), 'name')),
  wide('Images', (object) => joined(containers(object), 'image')),
  wide('Selector', (object) => pairs(valueAt(object, '.spec.selector.matchLabels'))),
];

const EVENT_FIRST: Cell = (event, now) => humanAge(textOf(event['firstTimestamp'] ?? event['eventTime']), now);
const EVENT_LAST: Cell = (event, now) => humanAge(textOf(event['lastTimestamp'] ?? event['eventTime']), now);

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [NAME, column('Status', at('.status.phase', '')), AGE],
  Node: [
    NAME,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    AGE,
    column('Version', at('.status.nodeInfo.kubeletVersion')),
    wide('Internal-IP', at('.status.addresses[?(@.type=="InternalIP")].address')),
    wide('External-IP', at('.status.addresses[?(@.type=="ExternalIP")].address')),
    wide('OS-Image', at('.status.nodeInfo.osImage', '<unknown>')),
    wide('Kernel-Version', at('.status.nodeInfo.kernelVersion', '<unknown>')),
    wide('Container-Runtime', at('.status.nodeInfo.containerRuntimeVersion', '<unknown>')),
  ],
  Pod: [
    NAME,
    column('Ready', (pod, now) => podSummary(pod, now).ready),
    column('Status', (pod, now) => podSummary(pod, now).status),
    column('Restarts', (pod, now) => podSummary(pod, now).restarts),
    AGE,
    wide('IP', at('.status.podIP')),
    wide('Node', at('.spec.nodeName')),
    wide('Nominated Node', at('.status.nominatedNodeName')),
    wide('Readiness Gates', () => '<none>'),
  ],
  Service: [
    NAME,
    column('Type', at('.spec.type', 'ClusterIP')),
    column('Cluster-IP', at('.spec.clusterIP')),
    column('External-IP', () => '<none>'),
    column('Port(s)', servicePorts),
    AGE,
    wide('Selector', (service) => pairs(valueAt(service, '.spec.selector'))),
  ],
  ConfigMap: [
    NAME,
    column('Data', (map) => Object.keys({ ...asObject(map['data']), ...asObject(map['binaryData']) }).length),
    AGE,
  ],
  ResourceQuota: [NAME, column('Request', quota(false)), column('Limit', quota(true)), AGE],
  LimitRange: [NAME, CREATED],
  Event: [
    column('Last Seen', EVENT_LAST),
    column('Type', at('.type', '')),
    column('Reason', at('.reason', '')),
    column('Object', (event) => `${String(involved(event, 'kind')).toLowerCase()}/${String(involved(event, 'name'))}`),
    wide('Subobject', (event) => involved(event, 'fieldPath')),
    wide('Source', (event) => valueAt(event, '.source.component') ?? event['reportingController'] ?? ''),
    column('Message', (event) => textOf(event['message'] ?? event['note']).trim()),
    wide('First Seen', EVENT_FIRST),
    wide('Count', (event) => event['count'] ?? event['deprecatedCount'] ?? 1),
    { ...NAME, priority: 1 },
  ],
  Deployment: [
    NAME,
    column('Ready', (d) => `${count(d, '.status.readyReplicas')}/${count(d, '.spec.replicas')}`),
    column('Up-to-date', number('.status.updatedReplicas')),
    column('Available', number('.status.availableReplicas')),
    AGE,
    ...CONTAINERS,
  ],
  ReplicaSet: [
    NAME,
    column('Desired', number('.spec.replicas'), 'integer'),
    column('Current', number('.status.replicas'), 'integer'),
    column('Ready', number('.status.readyReplicas'), 'integer'),
    AGE,
    ...CONTAINERS,
  ],
  HorizontalPodAutoscaler: [
    NAME,
    column(
      'Reference',
      (hpa) => `${at('.spec.scaleTargetRef.kind')(hpa, 0)}/${at('.spec.scaleTargetRef.name')(hpa, 0)}`,
    ),
    column('Targets', hpaTargets),
    column('MinPods', at('.spec.minReplicas', '<unset>')),
    column('MaxPods', number('.spec.maxReplicas')),
    column('Replicas', number('.status.currentReplicas')),
    AGE,
  ],
  PodDisruptionBudget: [
    NAME,
    column('Min Available', at('.spec.minAvailable', 'N/A')),
    column('Max Unavailable', at('.spec.maxUnavailable', 'N/A')),
    column('Allowed Disruptions', number('.status.disruptionsAllowed'), 'integer'),
    AGE,
  ],
  ControllerRevision: [
    NAME,
    column('Controller', (revision) => {
      const owner = revision.metadata.ownerReferences?.find(({ controller }) => controller);
      return owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}/${owner.name}`;
    }),
    column('Revision', at('.revision', 0)),
    AGE,
  ],
  Lease: [NAME, column('Holder', at('.spec.holderIdentity', '')), AGE],
  CustomResourceDefinition: [
    NAME,
    column('Scope', at('.spec.scope', '')),
    column('Versions', (crd) => listAt(crd, '.spec.versions').map(versionText).join(',')),
    CREATED,
    wide('Group', at('.spec.group', '')),
    wide('Kind', at('.spec.names.kind', '')),
    wide('ShortNames', (crd) => listAt(crd, '.spec.names.shortNames').join(',')),
    wide('Established', (crd) => valueAt(crd, '.status.conditions[?(@.type=="Established")].status') === 'True'),
  ],
};

/** As the API server prints this kind: its own columns, or the printer columns of the definition. */
export function columnsOf({ kind, definition }: Resource): readonly Column[] {
  const own = COLUMNS[kind.kind];
  if (own !== undefined) return own;
  return [NAME, ...(definition?.spec.versions[0]?.additionalPrinterColumns ?? []).map(printed)];
}

function printed({ name, type, jsonPath, description, priority = 0 }: PrinterColumn): Column {
  const cell: Cell = (object, now) => {
    const value = valueAt(object, jsonPath);
    if (value === undefined || value === null) return null;
    if (type === 'date') return humanAge(textOf(value), now);
    if (type === 'integer') return typeof value === 'number' ? value : null;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return { name, type, description, priority, cell };
}

const versionText = (version: unknown): string =>
  `${own(version, 'name')}${own(version, 'storage') === true ? '(storage)' : ''}`;

function nodeStatus(node: KubeObject): string {
  const ready = valueAt(node, '.status.conditions[?(@.type=="Ready")].status') === 'True' ? 'Ready' : 'NotReady';
  return valueAt(node, '.spec.unschedulable') === true ? `${ready},SchedulingDisabled` : ready;
}

function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return roles.length === 0 ? '<none>' : roles.map((label) => label.slice(prefix.length)).join(',');
}

function servicePorts(service: KubeObject): string {
  const ports = listAt(service, '.spec.ports').map((port) => `${own(port, 'port')}/${own(port, 'protocol') ?? 'TCP'}`);
  return ports.length === 0 ? '<none>' : ports.join(',');
}

/** `pods: 2/10, requests.cpu: 0/4`. */
function quota(limits: boolean): Cell {
  return (object) => {
    const used = asObject(valueAt(object, '.status.used'));
    return Object.entries(asObject(valueAt(object, '.spec.hard')))
      .filter(([name]) => name.startsWith('limits.') === limits)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, hard]) => `${name}: ${used[name] ?? 0}/${hard}`)
      .join(', ');
  };
}

function hpaTargets(hpa: KubeObject): string {
  const statuses = listAt(hpa, '.status.currentMetrics');
  const targets = metricsOf(listAt(hpa, '.spec.metrics')).map((metric, index) => {
    const name = valueAt(metric, '.resource.name') ?? own(metric, 'type');
    const share = valueAt(metric, '.resource.target.averageUtilization');
    const now = valueAt(statuses[index], '.resource.current.averageUtilization');
    const wanted = share === undefined ? (valueAt(metric, '.resource.target.averageValue') ?? '<auto>') : `${share}%`;
    return `${name}: ${now === undefined ? '<unknown>' : `${now}%`}/${wanted}`;
  });
  return targets.join(', ');
}

const involved = (event: KubeObject, field: string): unknown =>
  own(event['involvedObject'] ?? event['regarding'], field) ?? '';

const count = (object: KubeObject, path: string): string => String(valueAt(object, path) ?? 0);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const joined = (list: readonly unknown[], key: string): string => list.map((item) => own(item, key)).join(',');

function listAt(object: unknown, path: string): readonly unknown[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value : [];
}

function pairs(labels: unknown): string {
  const text = Object.entries(asObject(labels)).map(([key, value]) => `${key}=${value}`);
  return text.length === 0 ? '<none>' : text.join(',');
}
