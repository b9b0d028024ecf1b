import { KINDS } from '../../schema/kube.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS } from '../deps.ts';
import { type HeldDecision, readDecision } from './heldDecision.ts';
import { UNLOGGED } from './writeStatus.ts';

/**
 * What happened while the log could not be written stands in the Decision alone. As soon as the log can be written it
 * gets the whole status, and the Decision names the head of that record.
 */
export async function catchUp(deps: ExecutorDeps, known: HeldDecision): Promise<AgainAt> {
  if (known.status.journal !== UNLOGGED) return undefined;
  const read = await deps.reader.get(KINDS.Decision, known.namespace, known.name);
  const held = read.ok && read.value !== undefined ? readDecision(read.value, deps.trust) : undefined;
  if (held?.ok !== true || held.value.status.journal !== UNLOGGED) return undefined;
  const { object, status, name } = held.value;
  const late = { decision: `${known.namespace}/${name}`, late: true, status };
  const logged = await deps.journal.append({ kind: 'phase', subject: name, data: late });
  if (!logged.ok) return deps.clock.now() + POLL_MS;
  const written = await deps.records.replaceStatus(KINDS.Decision, {
    ...object,
    status: { ...status, journal: logged.value },
  });
  return written.ok ? undefined : deps.clock.now() + POLL_MS;
}
