import { readFileSync } from 'node:fs';
import { loadBlueprint } from '../../../schema/blueprint/load.ts';
import { toObject } from '../../../schema/blueprint/toObject.ts';
import { KINDS, type KubeObject, MANAGED_LABEL } from '../../../schema/kube.ts';
import type { World } from '../../../world/world.ts';
import { blueprintFile } from '../installation.ts';

export const NAMESPACE = 'shop';

export interface ShopService {
  readonly name: string;
  /** The shipped blueprint that governs it, under its own name. */
  readonly blueprint: 'frontend' | 'backend';
  readonly replicas: number;
  /** Share of the CPU request that is used when the story begins, and what it was over the half hour before. */
  readonly cpu: number;
  readonly before: readonly number[];
  readonly latencyMs: number;
}

/** The shop when the doors open: everything calm, inside its limits. */
export const SHOP: readonly ShopService[] = [
  { name: 'frontend', blueprint: 'frontend', replicas: 2, cpu: 0.6, before: [0.5, 0.57, 0.52, 0.61], latencyMs: 60 },
  { name: 'backend', blueprint: 'backend', replicas: 3, cpu: 0.5, before: [0.5, 0.46, 0.53, 0.48], latencyMs: 80 },
  { name: 'cart', blueprint: 'backend', replicas: 2, cpu: 0.5, before: [0.45, 0.5, 0.44, 0.47], latencyMs: 40 },
  { name: 'search', blueprint: 'frontend', replicas: 3, cpu: 0.5, before: [0.47, 0.52, 0.5, 0.54], latencyMs: 90 },
  { name: 'checkout', blueprint: 'frontend', replicas: 3, cpu: 0.55, before: [0.5, 0.58, 0.6, 0.56], latencyMs: 125 },
];

/** Millicores that a request a second costs, and that a pod requests. */
export const CPU_PER_RPS = 2;
export const CPU_REQUEST = 500;

/** Requests a second that use so much of the CPU request of so many pods. */
export const rpsFor = (cpu: number, replicas: number): number => (cpu * CPU_REQUEST * replicas) / CPU_PER_RPS;

/** Puts the shop into a world: Deployments as teams have them, and the blueprints that govern them. */
export function openShop(world: World): void {
  for (const service of SHOP) {
    world.apply(deployment(service));
    world.apply(blueprint(service));
  }
}

function deployment({ name, replicas }: ShopService): KubeObject {
  const resources = { requests: { cpu: `${CPU_REQUEST}m`, memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } };
  const containers = [{ name: 'app', image: `registry.example/${name}:1.4.2`, resources }];
  return {
    apiVersion: KINDS.Deployment.apiVersion,
    kind: KINDS.Deployment.kind,
    metadata: { name, namespace: NAMESPACE, labels: { [MANAGED_LABEL]: 'true' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers } },
    },
  };
}

function blueprint({ name, blueprint: like }: ShopService): KubeObject {
  const file = blueprintFile(like);
  const loaded = loadBlueprint(readFileSync(file, 'utf8'), file);
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join('; '));
  return toObject({ ...loaded.value, name }, NAMESPACE);
}
