import type { KubeObject } from '../schema/kube.ts';
import { rightsEverywhere, rightsInOne, serviceAccounts } from './accounts.ts';
import { admissionObjects } from './admission.ts';
import type { Condition } from './holes.ts';
import { ours } from './labels.ts';
import { alertsPolicy, basicPolicies, modelPolicy, prometheusPolicy, redisPolicy } from './network.ts';
import { workload } from './pods.ts';
import { ACCOUNTS } from './rights.ts';
import { type Choices, type Settings, settingsOf } from './settings.ts';
import {
  disruptionBudget,
  modelConfig,
  namespaceObject,
  organisation,
  prometheusConfig,
  services,
} from './surroundings.ts';

/** Objects that are installed together, or not at all. */
export interface Part {
  readonly name: PartName;
  readonly objects: readonly KubeObject[];
  /** All must hold. */
  readonly when: readonly Condition[];
}

export type PartName = (typeof PART_NAMES)[number];
const PART_NAMES = [
  'organisation',
  'accounts',
  'rights-everywhere',
  'rights-in-one-namespace',
  'admission',
  'config',
  'controller',
  'executor',
  'gateway',
  'services',
  'network',
  'network-model',
  'network-prometheus',
  'network-alerts',
  'network-redis',
] as const;

/**
 * The whole of an installation but its namespace, the definitions of our kinds, which hold everybody's records, and the
 * gateway's key, which is made once. Kustomize, the chart and `fairlead install` are all written from here.
 */
export function partsOf(settings: Settings): Part[] {
  const { namespace, onlyNamespace, governsOne, network, model, prometheus, alerts, redis } = settings;
  const part = (name: PartName, objects: readonly KubeObject[], ...when: Condition[]): Part => ({
    name,
    objects: objects.map(ours),
    when,
  });
  return [
    part('organisation', [organisation(settings)], settings.hasOrganisation),
    part('accounts', serviceAccounts(namespace)),
    part('rights-everywhere', rightsEverywhere(namespace), not(governsOne)),
    part('rights-in-one-namespace', rightsInOne(namespace, onlyNamespace), governsOne),
    part('admission', admissionObjects(namespace)),
    part('config', [modelConfig(settings), prometheusConfig(settings)]),
    ...ACCOUNTS.map((role) => part(role, [workload(role, settings), disruptionBudget(role, settings)])),
    part('services', services(settings)),
    part('network', basicPolicies(settings), network.isOn),
    part('network-model', [modelPolicy(settings)], network.isOn, model.isSet),
    part('network-prometheus', [prometheusPolicy(settings)], network.isOn, prometheus.isSet),
    part('network-alerts', [alertsPolicy(settings)], network.isOn, alerts),
    part('network-redis', [redisPolicy(settings)], network.isOn, redis),
  ];
}

/** What a cluster is given for these choices, in an order in which it can be applied. */
export const installObjects = (choices: Choices): KubeObject[] => [
  ours(namespaceObject(choices.namespace)),
  ...partsOf(settingsOf(choices)).flatMap(({ objects, when }) => (when.every((one) => one === true) ? objects : [])),
];

const not = (condition: Condition): Condition =>
  typeof condition === 'boolean' ? !condition : { expression: `not (${condition.expression})` };
