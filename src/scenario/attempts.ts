import type { Clock } from '../ports/clock.ts';
import { KINDS } from '../schema/kube.ts';
import type { WorldPort } from '../world/port.ts';
import { nameOf } from './recording.ts';
import type { Attempt } from './seen.ts';

/** The same port; every write to a workload that is sent, dry runs aside, is kept whatever becomes of it. */
export function attemptsThrough(port: WorldPort, clock: Clock, attempts: Attempt[]): WorldPort {
  return {
    ...port,
    workloads: {
      apply(permit, lastChange, options) {
        if (!options.dryRun) {
          const { namespace, name, change } = permit.terms;
          const object = nameOf(KINDS.Deployment, { ...KINDS.Deployment, metadata: { namespace, name } });
          attempts.push({
            at: clock.now(),
            object,
            change: change.kind === 'scale' ? 'replicas' : 'restart',
            undo: lastChange.undo,
          });
        }
        return port.workloads.apply(permit, lastChange, options);
      },
    },
    records: {
      create: (kind, object) => port.records.create(kind, object),
      replace: (kind, object) => port.records.replace(kind, object),
      replaceStatus: (kind, object) => port.records.replaceStatus(kind, object),
      delete(kind, namespace, name) {
        // Of its own records it may delete what is old; anything else it has no way to name.
        if (!kind.writable) {
          const object = `${kind.kind.toLowerCase()}/${namespace}/${name}`;
          attempts.push({ at: clock.now(), object, change: 'delete', undo: false });
        }
        return port.records.delete(kind, namespace, name);
      },
    },
  };
}
