import { MANAGED_LABEL } from '../../schema/kube.ts';
import type { Load } from '../../world/load.ts';
import type { World } from '../../world/world.ts';

export const SHOP = 'shop';

interface ShopService {
  readonly name: string;
  readonly replicas: number;
  readonly load: Load;
}

/** Seconds until the evening: the frontend's load goes from 65% of its CPU to 92%, and back after half an hour. */
const EVENING = 120;

const load = (rps: Load['rps'], latency: number): Load => ({
  rps,
  cpu_m_per_rps: 5,
  cpu_m_idle: 5,
  latency_ms_base: latency,
  error_pct_base: 0.1,
  mem_mi_base: 200,
});

const SERVICES: readonly ShopService[] = [
  {
    name: 'frontend',
    replicas: 2,
    load: load(
      [
        [0, 130],
        [EVENING, 130],
        [EVENING + 30, 184],
        [EVENING + 1800, 184],
        [EVENING + 1860, 130],
      ],
      90,
    ),
  },
  { name: 'backend', replicas: 3, load: load(160, 60) },
  { name: 'cart', replicas: 2, load: load(100, 40) },
  { name: 'checkout', replicas: 2, load: load(110, 70) },
];

/** Puts the web shop into a world: four services, labelled as managed, each with its load. */
export function openShop(world: World): void {
  for (const { name, replicas, load } of SERVICES) {
    const resources = { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } };
    world.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: SHOP, labels: { app: name, [MANAGED_LABEL]: 'true' } },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'app', image: `registry.example/${name}:1.0.0`, resources }] },
        },
      },
    });
    world.setLoad(`${SHOP}/${name}`, load);
  }
  world.startLoads();
}
