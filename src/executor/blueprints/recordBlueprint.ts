import { isDeepStrictEqual } from 'node:util';
import { shortened, textAt } from '../../observe/narrow.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { BlueprintStatus } from '../../schema/blueprint/status.ts';
import { eventObject } from '../../schema/eventObject.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS } from '../deps.ts';
import { acceptedOf, blueprintStatus, statusOf } from './blueprintStatus.ts';
import { keepVersion } from './keepVersion.ts';

/** Enough to see what is wrong from the log alone; the status names the first. */
const FAULTS_ON_RECORD = 20;

/**
 * Puts on record what became of a Blueprint's newest version: an accepted one is kept, a refused one told on the
 * Deployment, both stand in the log, and last in the Blueprint's own status. The status is the memory of the rest: as
 * long as it says what is true nothing is read or written; a process that dies on the way is followed by one that tells
 * it again.
 */
export async function recordBlueprint(deps: ExecutorDeps, view: ServiceView): Promise<AgainAt> {
  if (!isToBeWritten(view.object, view, deps.clock.now())) return undefined;
  const { namespace, name } = view;
  const read = await deps.reader.get(KINDS.Blueprint, namespace, name);
  if (!read.ok) return deps.clock.now() + POLL_MS;
  const object = read.value;
  // A version that the observer has not weighed yet comes with its next pass.
  if (object === undefined || !isSameVersion(object, view.object)) return undefined;
  const status = isToBeWritten(object, view, deps.clock.now());
  if (status === undefined) return undefined;
  if (isNews(object, status) && !(await tellOf(deps, { ...view, object }))) return deps.clock.now() + POLL_MS;
  const written = await deps.records.replaceStatus(KINDS.Blueprint, { ...object, status });
  if (written.ok) return undefined;
  deps.log.warn({ service: `${namespace}/${name}`, error: written.error.message }, 'blueprint status not written');
  return deps.clock.now() + POLL_MS;
}

/** The status that `object` should carry, where it does not. */
function isToBeWritten(object: KubeObject, view: ServiceView, now: number): BlueprintStatus | undefined {
  const wanted = blueprintStatus({ ...view, object }, now);
  return wanted === undefined || isDeepStrictEqual(statusOf(object), wanted) ? undefined : wanted;
}

const isSameVersion = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation;

/** Another answer, or another version in force; that only the autonomy ceiling moved is none. */
function isNews(object: KubeObject, { conditions, hash }: BlueprintStatus): boolean {
  const [now] = conditions ?? [];
  const before = acceptedOf(object);
  return (
    before?.status !== now?.status ||
    before?.message !== now?.message ||
    before?.observedGeneration !== now?.observedGeneration ||
    statusOf(object)?.hash !== hash
  );
}

/** False: it could not be told now, and is to be told again. */
async function tellOf(deps: ExecutorDeps, view: ServiceView): Promise<boolean> {
  const { namespace, name, object, blueprint, faults = [] } = view;
  const accepted = faults.length === 0;
  if (accepted && blueprint !== undefined && !(await keepVersion(deps, object, blueprint))) return false;
  const version = accepted ? blueprint?.version : shortened(textAt(object, 'spec', 'version') ?? '', 64);
  const data = {
    namespace,
    name,
    version,
    generation: object.metadata.generation ?? 0,
    accepted,
    ...(accepted && blueprint !== undefined && { hash: blueprint.hash }),
    ...(!accepted && {
      faults: faults.slice(0, FAULTS_ON_RECORD).map(({ code, path, message }) => ({ code, path, message })),
    }),
    ...(!accepted && blueprint !== undefined && { inForce: { version: blueprint.version, hash: blueprint.hash } }),
  };
  const logged = await deps.journal.append({ kind: 'blueprint', subject: '', data });
  if (!logged.ok) {
    deps.log.error({ service: `${namespace}/${name}`, error: logged.error.message }, 'journal unwritable');
    return false;
  }
  if (!accepted) await tellRefusal(deps, view);
  return true;
}

/** On the Deployment, where people look; nothing waits for its success. */
async function tellRefusal(deps: ExecutorDeps, view: ServiceView): Promise<void> {
  const { namespace, name, object, blueprint, workload } = view;
  const { uid = '', generation = 0 } = object.metadata;
  const target = blueprint?.target.name ?? textAt(object, 'spec', 'target', 'name') ?? name;
  const words = {
    reason: 'BlueprintRefused' as const,
    // The uid, since a Blueprint that is made again counts its generations from 1.
    key: `${name}-${uid.slice(0, 8)}-${generation}`,
    note: `Blueprint ${name} refused: ${blueprintStatus(view, deps.clock.now())?.conditions?.[0]?.message ?? ''}`,
    action: 'blueprint',
    role: 'executor',
    namespace,
    deployment: { name: target, ...(workload !== undefined && { uid: workload.uid }) },
  };
  const told = await deps.records.create(KINDS.Event, eventObject(words, deps.clock.now()));
  if (!told.ok && told.error.code !== 'conflict') {
    deps.log.warn({ service: `${namespace}/${name}`, error: told.error.message }, 'event not written');
  }
}
