import { isoInstant } from '../../kernel/instant.ts';
import { AFTER_REJECTION_MS } from '../../policy/approval.ts';
import { TAKEN_BACK } from '../../schema/phases.ts';
import { sameJson } from '../../schema/resources.ts';
import { argumentsOf, wantedOf } from '../../schema/wish.ts';
import type { HeldDecision } from '../records/heldDecision.ts';

/**
 * Why an agent's wish is not put to people again: they said no to the same lately, whoever had asked. A person may ask
 * again at once; they have read the answer. What its own asker took back nobody has answered.
 */
export function rejectedLately(held: HeldDecision, siblings: readonly HeldDecision[], now: number): string | undefined {
  if (held.person) return undefined;
  const no = siblings.find((other) => isSameWish(other, held) && now - rejectedAt(other) < AFTER_REJECTION_MS);
  if (no === undefined) return undefined;
  const again = isoInstant(rejectedAt(no) + AFTER_REJECTION_MS);
  return `${no.name} asked for the same and was ${no.status.message}; an agent may ask again at ${again}`;
}

const isSameWish = (other: HeldDecision, { name, spec }: HeldDecision): boolean =>
  other.name !== name &&
  other.status.phase === 'Rejected' &&
  other.status.reason !== TAKEN_BACK &&
  other.spec.tool === spec.tool &&
  other.spec.target.name === spec.target.name &&
  sameJson(argumentsOf(wantedOf(other.spec)), argumentsOf(wantedOf(spec)));

const rejectedAt = ({ status, createdAt }: HeldDecision): number => status.history.at(-1)?.at ?? createdAt;
