import { holdsOf } from '../observe/safetyState.ts';
import { decide } from '../policy/decide.ts';
import { KINDS } from '../schema/kube.ts';
import { FLEET } from '../schema/records.ts';
import type { Write } from './carryOut.ts';
import { deciding } from './deciding.ts';
import type { ExecutorDeps } from './deps.ts';

/**
 * The last look before the patch: a pause or stop set since the decision must stop it (G20). Everything else is bound by
 * the patch's own preconditions. Answers with the reason when it may no longer be done; unreadable counts as stopped.
 */
export async function stillAllowed(
  deps: ExecutorDeps,
  write: Write,
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  const { view, input } = write.judged;
  const [own, fleet] = await Promise.all([
    deps.reader.get(KINDS.CircuitBreaker, view.namespace, view.name),
    deps.reader.get(KINDS.CircuitBreaker, deps.ownNamespace, FLEET),
  ]);
  const { holds: _before, ...rest } = input;
  const holds = own.ok && fleet.ok ? holdsOf(own.value, fleet.value, view.namespace) : undefined;
  const { verdict, permit } = decide({ ...rest, now: deps.clock.now(), ...(holds !== undefined && { holds }) });
  if (permit !== undefined) return undefined;
  await deps.journal.append({
    kind: 'hold',
    subject: input.request.id,
    data: { holds: holds ?? 'unreadable', verdict },
  });
  const finding = deciding(verdict);
  return { code: finding?.code ?? 'NoLongerAllowed', message: finding?.message ?? 'no longer allowed' };
}
