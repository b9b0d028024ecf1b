import type { ApiHealthSource } from '../../ports/apiHealth.ts';
import type { Mirrors } from '../mirrors.ts';
import { numberAt } from '../narrow.ts';
import type { FleetSources } from './fleet.ts';
import { nodeRoom } from './nodeRoom.ts';

/** What the watches know that concerns all services. */
export function fleetSourcesOf(mirrors: Mirrors, apiHealth: ApiHealthSource | undefined): FleetSources {
  const deployments = mirrors.of('Deployment');
  const isRead = (kinds: Parameters<Mirrors['reach']>[0]): boolean => mirrors.reach(kinds).at !== undefined;
  return {
    replicasOf: (namespace, name) => numberAt(deployments.get(namespace, name), 'spec', 'replicas'),
    isReadable: isRead(['Deployment']),
    nodes: isRead(['Node']) ? [...mirrors.of('Node').all()] : undefined,
    room: () => (isRead(['Node', 'Pod']) ? nodeRoom(mirrors.of('Node').all(), mirrors.of('Pod').all()) : undefined),
    api: apiHealth?.() ?? { calls: 0, failures: 0 },
  };
}
