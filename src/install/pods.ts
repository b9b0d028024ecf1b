import type { KubeObject } from '../schema/kube.ts';
import { accountName } from './accounts.ts';
import { entryIf, itemIf } from './holes.ts';
import { labelsOf } from './labels.ts';
import type { Account } from './rights.ts';
import type { Settings } from './settings.ts';

export const OPS_PORT = 9464;
export const GATEWAY_PORT = 8484;
/** Nobody in the image and on the node; it owns nothing but the data folder. */
const UID = 65532;

interface Mount {
  readonly name: string;
  readonly path: string;
  readonly source: object;
}

interface RolePod {
  readonly args: readonly string[];
  readonly env: readonly object[];
  readonly envFrom?: readonly object[];
  readonly mounts: readonly Mount[];
  readonly ports: readonly object[];
}

/**
 * A role as a StatefulSet: names that stay, so that each pod goes on with its own journal on its own volume, and knows its
 * own lease again. With the token of its account alone; nothing in it can be written but the data folder.
 */
export function workload(role: Account, settings: Settings): KubeObject {
  const { namespace } = settings;
  const name = accountName(role);
  const pod = ROLES[role](settings);
  const labels = labelsOf(role);
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace, labels },
    spec: {
      serviceName: 'fairlead-ops',
      replicas: settings.replicas[role],
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      // Journals are evidence: they go when somebody deletes the claims, or the namespace.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: UID,
            runAsGroup: UID,
            fsGroup: UID,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: labels },
          })),
          ...settings.pods,
          containers: [
            {
              name: role,
              image: settings.image,
              imagePullPolicy: 'IfNotPresent',
              args: pod.args,
              // Where Node.js looks for a home: there is none, and no kubeconfig that somebody left there.
              env: [{ name: 'HOME', value: '/nonexistent' }, ...pod.env],
              ...(pod.envFrom && { envFrom: pod.envFrom }),
              ports: [...pod.ports, { name: 'ops', containerPort: OPS_PORT }],
              startupProbe: { httpGet: { path: '/startupz', port: 'ops' }, periodSeconds: 2, failureThreshold: 60 },
              livenessProbe: probe('/livez', 10),
              readinessProbe: probe('/readyz', 5),
              resources: settings.resources[role],
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'data', mountPath: '/data' },
                ...pod.mounts.map((mount) => ({ name: mount.name, mountPath: mount.path, readOnly: true })),
              ],
            },
          ],
          ...(pod.mounts.length > 0 && {
            volumes: pod.mounts.map((mount) => ({ name: mount.name, ...mount.source })),
          }),
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            ...entryIf(settings.storage.hasClass, 'storageClassName', settings.storage.className),
            resources: { requests: { storage: settings.storage.size } },
          },
        },
      ],
    },
  };
}

const probe = (path: string, periodSeconds: number): object => ({
  httpGet: { path, port: 'ops' },
  periodSeconds,
  timeoutSeconds: 3,
  failureThreshold: 3,
});

/** Where the namespace alone that it governs is named: right behind the command. */
const command = (name: string, { governsOne, onlyNamespace, namespace }: Settings): readonly string[] => [
  name,
  ...itemIf(governsOne, `--only-namespace=${onlyNamespace}`),
  `--namespace=${namespace}`,
  '--data=/data',
];

const ROLES: Readonly<Record<Account, (settings: Settings) => RolePod>> = {
  controller: (settings) => ({
    args: command('run', settings),
    env: [...fromSecret('fairlead-model', ['FAIRLEAD_MODEL_KEY']), ...PROMETHEUS],
    envFrom: [{ configMapRef: { name: 'fairlead-model' } }],
    mounts: [],
    ports: [],
  }),
  executor: (settings) => ({
    args: [...command('executor', settings), '--trust=/trust/gateway.pub'],
    env: [...PROMETHEUS, ...ALERTS],
    mounts: [{ name: 'trust', path: '/trust', source: { configMap: { name: 'fairlead-trust' } } }],
    ports: [],
  }),
  gateway: (settings) => ({
    args: [
      ...command('serve', settings),
      '--people=secret',
      '--signing-key=/keys/gateway.key',
      ...itemIf(settings.gateway.isPublic, '--host=0.0.0.0'),
      ...itemIf(settings.gateway.isPublic, `--public-url=${settings.gateway.publicUrl}`),
      ...itemIf(settings.gateway.hasCertificate, '--tls-cert=/tls/tls.crt'),
      ...itemIf(settings.gateway.hasCertificate, '--tls-key=/tls/tls.key'),
      ...itemIf(settings.gateway.isBehindProxy, '--behind-proxy'),
    ],
    env: [...PROMETHEUS, ...ALERTS, ...fromSecret('fairlead-redis', ['REDIS_URL'])],
    mounts: [
      {
        name: 'keys',
        path: '/keys',
        source: { secret: { secretName: 'fairlead-signing-key', defaultMode: 0o440 } },
      },
      {
        name: 'tls',
        path: '/tls',
        source: { secret: { secretName: 'fairlead-gateway-tls', defaultMode: 0o440, optional: true } },
      },
    ],
    ports: [{ name: 'http', containerPort: GATEWAY_PORT }],
  }),
};

/** Each a key of a Secret that people make where they want it; without the Secret the variable is not set. */
function fromSecret(name: string, keys: readonly string[]): object[] {
  return keys.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key, optional: true } } }));
}

const ALERTS = fromSecret('fairlead-alerts', [
  'FAIRLEAD_ALERT_WEBHOOK_URL',
  'FAIRLEAD_ALERT_WEBHOOK_SECRET',
  'FAIRLEAD_SLACK_WEBHOOK_URL',
]);

const PROMETHEUS: readonly object[] = [
  {
    name: 'FAIRLEAD_PROMETHEUS_URL',
    valueFrom: { configMapKeyRef: { name: 'fairlead-prometheus', key: 'FAIRLEAD_PROMETHEUS_URL', optional: true } },
  },
  ...fromSecret('fairlead-prometheus', ['FAIRLEAD_PROMETHEUS_TOKEN']),
];
