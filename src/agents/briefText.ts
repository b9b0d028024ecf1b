import type { Origin } from '../schema/records.ts';
import { type Brief, type BriefFacts, SHOWN } from './roles/governanceEnforcer.ts';
import { clean } from './untrusted.ts';

/** As records take it. */
const LONGEST = 4_000;

/**
 * A brief as people read it: the computed facts first, whole whatever a model says, then the model's sentences under a
 * heading that says what they are. Every line is one line: no text in it can pass for a line of ours.
 */
export function briefText(facts: BriefFacts, brief: Brief, by: Origin): string {
  const computed = [
    `What: ${clean(facts.what, 200)} on ${clean(facts.service, 317)}`,
    `Verdict: ${clean(facts.verdict, 300)}`,
    ...facts.rules.slice(0, 5).map((rule) => `  ${clean(rule, 200)}`),
    `Before: ${clean(facts.before, 120)}`,
    `After: ${clean(facts.after, 120)}`,
    ...facts.risk.slice(0, 3).map((line) => `Risk: ${clean(line, 160)}`),
    `Undo: ${clean(facts.undo, 220)}`,
    `When: ${clean(facts.when, 220)}`,
    ...alternatives(facts, brief),
  ].join('\n');
  const words = Object.entries(brief.words).map(([name, text]) => `  ${name}: «${text}»`);
  if (words.length === 0) return computed.slice(0, LONGEST);
  const heading = `In the words of a model (${clean(by.model, 80)}, ${by.prompt}), checked by nobody:`;
  // The facts are what must not be lost.
  return `${computed}\n${[heading, ...words].join('\n')}`.slice(0, LONGEST);
}

function alternatives(facts: BriefFacts, { picked }: Brief): string[] {
  if (facts.alternatives.length === 0) return [];
  return [
    'Instead:',
    ...facts.alternatives
      .slice(0, SHOWN)
      .map(
        (line, n) => `  ${n + 1}. ${clean(line, 200)}${picked.includes(n) ? ' (the model points to this one)' : ''}`,
      ),
  ];
}
