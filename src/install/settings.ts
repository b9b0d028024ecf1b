import type { Condition } from './holes.ts';
import type { Account } from './rights.ts';

/** What people choose. Everything else of an installation is the same everywhere. */
export interface Choices {
  readonly namespace: string;
  readonly image: string;
  /** The most that any blueprint gets, in the ClusterBlueprint `default`. */
  readonly autonomy: 'observe' | 'propose' | 'autonomous';
  /** Governs this namespace alone. */
  readonly onlyNamespace?: string;
  /** OpenAI-compatible, with /v1; absent: rules alone. */
  readonly modelUrl?: string;
  readonly model?: string;
  readonly prometheusUrl?: string;
  /** How people reach the gateway; absent: through `kubectl port-forward` alone. */
  readonly publicUrl?: string;
  /** The gateway has a certificate, in the Secret fairlead-gateway-tls; else a proxy with TLS stands before it. */
  readonly tls?: boolean;
  /** Alerts and notices go to addresses outside, which stand in the Secret fairlead-alerts. */
  readonly alerts?: boolean;
  /** Notices go over a Redis, whose address stands in the Secret fairlead-redis. */
  readonly redis?: boolean;
  readonly storageClass?: string;
  /** Where the API server is, as CIDRs; see {@link PRIVATE_RANGES}. */
  readonly apiServerCidrs?: readonly string[];
}

/** {@link Choices} as the objects are made of them: values, or in the chart holes for values. */
export interface Settings {
  readonly namespace: string;
  readonly image: string;
  readonly autonomy: string;
  /** The ClusterBlueprint is part of the installation. */
  readonly hasOrganisation: Condition;
  readonly onlyNamespace: string;
  readonly governsOne: Condition;
  readonly replicas: Readonly<Record<Account, unknown>>;
  readonly resources: Readonly<Record<Account, unknown>>;
  readonly model: { readonly url: string; readonly name: string; readonly port: unknown; readonly isSet: Condition };
  readonly prometheus: { readonly url: string; readonly port: unknown; readonly isSet: Condition };
  readonly gateway: {
    readonly publicUrl: string;
    readonly isPublic: Condition;
    readonly hasCertificate: Condition;
    readonly isBehindProxy: Condition;
  };
  readonly alerts: Condition;
  readonly redis: Condition;
  readonly storage: { readonly size: string; readonly className: string; readonly hasClass: Condition };
  readonly network: { readonly isOn: Condition; readonly apiServer: unknown; readonly models: unknown };
  /** Further fields of every pod: where it may run, how its image is pulled. */
  readonly pods: Readonly<Record<string, unknown>>;
}

export const IMAGE = 'ghcr.io/fairlead/fairlead';
export const OWN_NAMESPACE = 'agent-system';

/** Where API servers usually are. What is public stays out of reach, model endpoints with it. */
export const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'] as const;
export const ANYWHERE = ['0.0.0.0/0', '::/0'] as const;

/** Measured with one governed service and a pass a second: 130 to 145 MiB, 165 at the most, and 20m of CPU. */
export const RESOURCES = {
  controller: sized('50m', '192Mi', '512Mi'),
  executor: sized('50m', '192Mi', '512Mi'),
  gateway: sized('50m', '192Mi', '512Mi'),
} as const;

/** No CPU limit: a process that is throttled for seconds loses its lease. */
function sized(cpu: string, memory: string, most: string) {
  return { requests: { cpu, memory }, limits: { memory: most } } as const;
}

export const REPLICAS = 2;
export const STORAGE = '1Gi';

export function settingsOf(choices: Choices): Settings {
  const { namespace, image, autonomy, onlyNamespace = '', modelUrl = '', prometheusUrl = '', publicUrl = '' } = choices;
  const { tls = false, storageClass = '' } = choices;
  return {
    namespace,
    image,
    autonomy,
    hasOrganisation: true,
    onlyNamespace,
    governsOne: onlyNamespace !== '',
    replicas: { controller: REPLICAS, executor: REPLICAS, gateway: REPLICAS },
    resources: RESOURCES,
    model: { url: modelUrl, name: choices.model ?? '', port: portOf(modelUrl), isSet: modelUrl !== '' },
    prometheus: { url: prometheusUrl, port: portOf(prometheusUrl), isSet: prometheusUrl !== '' },
    gateway: {
      publicUrl,
      isPublic: publicUrl !== '',
      hasCertificate: publicUrl !== '' && tls,
      isBehindProxy: publicUrl !== '' && !tls,
    },
    alerts: choices.alerts ?? false,
    redis: choices.redis ?? false,
    storage: { size: STORAGE, className: storageClass, hasClass: storageClass !== '' },
    network: {
      isOn: true,
      apiServer: ipBlocks(choices.apiServerCidrs ?? PRIVATE_RANGES),
      models: ipBlocks(ANYWHERE),
    },
    pods: {},
  };
}

export const ipBlocks = (cidrs: readonly string[]): object[] => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

function portOf(address: string): number {
  if (address === '') return 0;
  const { port, protocol } = new URL(address);
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
}
