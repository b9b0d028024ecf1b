import type { KubeObject } from '../schema/kube.ts';
import { labelsOf } from './labels.ts';
import type { Account } from './rights.ts';
import type { Settings } from './settings.ts';

/** On a namespace: from there the gateway's pages may be reached. */
export const INGRESS_LABEL = 'fairlead.dev/ingress';
/** On a namespace: from there metrics may be read. */
export const METRICS_LABEL = 'fairlead.dev/metrics';

/** Nothing in or out of our namespace, but to the API server and the names of the cluster. */
export const basicPolicies = (settings: Settings): KubeObject[] => [
  policy('fairlead-default-deny', settings, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  policy('fairlead-api-and-dns', settings, {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'fairlead' } },
    policyTypes: ['Egress'],
    egress: [
      {
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
        ports: [tcp(53), { protocol: 'UDP', port: 53 }],
      },
      { to: settings.network.apiServer, ports: [tcp(443), tcp(6443)] },
    ],
  }),
  policy('fairlead-gateway-pages', settings, {
    podSelector: { matchLabels: labelsOf('gateway') },
    policyTypes: ['Ingress'],
    ingress: [{ from: [namespaces(INGRESS_LABEL)], ports: [tcp('http')] }],
  }),
  policy('fairlead-metrics', settings, {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'fairlead' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [namespaces(METRICS_LABEL)], ports: [tcp('ops')] }],
  }),
];

/** Who talks to a model can change nothing; who can change something reaches none. */
export const modelPolicy = (settings: Settings): KubeObject =>
  outgoing('fairlead-model', settings, ['controller'], settings.model.port, settings.network.models);

export const prometheusPolicy = (settings: Settings): KubeObject =>
  outgoing('fairlead-prometheus', settings, ['controller', 'executor', 'gateway'], settings.prometheus.port);

/** The executor's alerts and the gateway's notices. It opens HTTPS to everywhere for both: narrow it to where they go. */
export const alertsPolicy = (settings: Settings): KubeObject =>
  outgoing('fairlead-alerts', settings, ['executor', 'gateway'], 443, settings.network.models);

export const redisPolicy = (settings: Settings): KubeObject => outgoing('fairlead-redis', settings, ['gateway'], 6379);

/** Without `to`: wherever in the cluster it is. */
function outgoing(
  name: string,
  settings: Settings,
  roles: readonly Account[],
  port: unknown,
  to: unknown = [{ namespaceSelector: {} }],
): KubeObject {
  const components = { key: 'app.kubernetes.io/component', operator: 'In', values: roles };
  return policy(name, settings, {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'fairlead' }, matchExpressions: [components] },
    policyTypes: ['Egress'],
    egress: [{ to, ports: [tcp(port)] }],
  });
}

const tcp = (port: unknown): object => ({ protocol: 'TCP', port });
const namespaces = (label: string): object => ({ namespaceSelector: { matchLabels: { [label]: 'true' } } });

const policy = (name: string, { namespace }: Settings, spec: object): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec,
});
