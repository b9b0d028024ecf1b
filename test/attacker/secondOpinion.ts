import type { GateInput } from '../../src/schema/verdict.ts';
import { naiveDecide } from '../naive/naiveDecide.ts';
import type { Change, Ledger } from './ledger.ts';
import type { LightJournal } from './lightJournal.ts';

/**
 * What the executor decided from stands in its journal. The second decider, which shares no code with the gate, must
 * have let it through as well. This one alone hears the product's own words: the world's state at that moment.
 */
export function secondOpinion({ journals }: Ledger, { decision, id }: Change): string[] {
  const inputs = journals.filter(({ intents }) => intents.has(id)).map((journal) => decidedFrom(journal, decision));
  // An undo on a full disk has no verdict in the log.
  if (inputs.length === 0) return [];
  const refusals = inputs.flatMap((input) => {
    if (input === undefined) return ['no verdict is in the log'];
    const { authority, waits, says } = naiveDecide(input);
    return authority === 'allowed' && !waits ? [] : [[...says].join(', ')];
  });
  return refusals.length < inputs.length ? [] : refusals.slice(0, 1);
}

function decidedFrom({ entries }: LightJournal, decision: string): GateInput | undefined {
  const call = entries.findLast(({ kind, subject }) => kind === 'call' && subject === decision);
  return call?.data['input'] as GateInput | undefined;
}
