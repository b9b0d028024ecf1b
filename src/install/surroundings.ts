import type { KubeObject } from '../schema/kube.ts';
import { accountName } from './accounts.ts';
import { labelsOf } from './labels.ts';
import { GATEWAY_PORT, OPS_PORT } from './pods.ts';
import type { Account } from './rights.ts';
import type { Settings } from './settings.ts';

/** Our own; what runs in it is held to the strictest of the standards for pods. */
export const namespaceObject = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

/** The organisation's rules: how far any blueprint may go, until people say more. */
export const organisation = ({ autonomy }: Settings): KubeObject => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'ClusterBlueprint',
  metadata: { name: 'default' },
  spec: { autonomy },
});

/** A drain takes one pod of a role at a time, and none that is broken holds a drain up. */
export const disruptionBudget = (role: Account, { namespace }: Settings): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: accountName(role), namespace },
  spec: {
    minAvailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: labelsOf(role) },
  },
});

/** Where the model is, for the controller alone; its key stands in the Secret of the same name. */
export const modelConfig = ({ namespace, model }: Settings): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'fairlead-model', namespace },
  data: { FAIRLEAD_MODEL_URL: model.url, FAIRLEAD_MODEL: model.name },
});

export const prometheusConfig = ({ namespace, prometheus }: Settings): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'fairlead-prometheus', namespace },
  data: { FAIRLEAD_PROMETHEUS_URL: prometheus.url },
});

export const services = ({ namespace }: Settings): KubeObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'fairlead-ops', namespace },
    spec: {
      clusterIP: 'None',
      // A scrape wants to see also who is not ready.
      publishNotReadyAddresses: true,
      selector: { 'app.kubernetes.io/name': 'fairlead' },
      ports: [{ name: 'ops', port: OPS_PORT, targetPort: 'ops' }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'fairlead-gateway', namespace },
    spec: {
      selector: labelsOf('gateway'),
      // A chat's session lives in one replica.
      sessionAffinity: 'ClientIP',
      ports: [{ name: 'http', port: GATEWAY_PORT, targetPort: 'http' }],
    },
  },
];
