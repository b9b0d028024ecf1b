import type { ApprovalCard } from '../../schema/api/approvals.ts';
import { verdictRecord } from '../../schema/decisionObject.ts';
import type { Looked } from './cardParts.ts';
import { judgedAlternatives, wishOf } from './judgedNow.ts';
import { capital, sentence } from './told.ts';
import { verdictView } from './verdicts.ts';

/** What could be asked for instead, each with what the gate says of it now, also where it says no. */
export function alternativeViews({ deps, view, decision, verdict, now }: Looked): ApprovalCard['alternatives'] {
  if (view === undefined || decision === undefined || verdict === undefined) return [];
  const facts = { now, ownNamespace: deps.ownNamespace };
  const all = judgedAlternatives(view, wishOf(decision, deps.trust), verdict, facts);
  return all.map(({ text, verdict: told }, index) => ({
    index,
    title: alternativeTitle(text),
    headline: told === undefined ? 'Advice only: no code carries it out' : verdictView(verdictRecord(told)).headline,
    possible: told !== undefined && told.authority !== 'forbidden',
    advice: told === undefined,
  }));
}

/** What a page shows, and says back when it is taken. */
export const alternativeTitle = (text: string): string => sentence(capital(text));
