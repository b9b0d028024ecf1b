import { type Criterion, pageName } from './criterion.ts';
import { NOT_RUN, type Outcome, outcomesIn } from './outcome.ts';
import type { Summed } from './page.ts';
import type { RealStage } from './realStage.ts';
import { differencesOf, type Pages, pagesOf, played, SUMMARY, unmet, type Which } from './runner.ts';

export interface ValidateOptions {
  readonly criteria: readonly Criterion[];
  /** Ids of criteria that are played; the others stand in the summary as their pages have them. Empty: all. */
  readonly only?: readonly string[];
  /** Compare instead of write. */
  readonly check: boolean;
  readonly which: Which;
  readonly stage?: RealStage | undefined;
  readonly requireAll: boolean;
  readonly pages: Pages;
  readonly write: (name: string, text: string) => void;
  readonly say: (text: string) => void;
}

/**
 * Plays the criteria, and writes their pages or holds them against those that are there. Answers with the exit code: 1 when a
 * case failed, a page says something else, or, where all is required, something was not run.
 */
export async function validate(options: ValidateOptions): Promise<0 | 1> {
  const { criteria, only = [], check, requireAll, pages, write, say } = options;
  if (!areKnown(only, criteria, say)) return 1;
  const chosen = criteria.filter(({ id }) => only.length === 0 || only.includes(id));
  const all = await playedAll(chosen, options);
  const names = new Set([SUMMARY, ...chosen.map(pageName)]);
  const made = new Map([...pagesOf(all)].filter(([name]) => names.has(name)));
  const faults = [
    ...unmet(all.filter(({ criterion }) => chosen.includes(criterion))),
    ...(check ? differencesOf(made, pages) : []),
  ];
  if (!check) for (const [name, text] of made) write(name, text);
  for (const line of faults) say(line);
  const isMissing = lacksServer(chosen, options) || all.some(({ outcomes }) => outcomes.some(isNotRun));
  if (isMissing) say(`NOT RUN: ${WITHOUT}${requireAll ? '; REQUIRE_ALL=1: that fails the run' : ''}`);
  const isBad = faults.length > 0 || (requireAll && isMissing);
  say(isBad ? 'FAILED' : check ? 'the pages say what this run says' : 'the pages are written');
  return isBad ? 1 : 0;
}

const isNotRun = ({ result }: Outcome): boolean => result === NOT_RUN;

const lacksServer = (chosen: readonly Criterion[], { which, stage }: ValidateOptions): boolean =>
  which !== 'world' && stage === undefined && chosen.some(({ real }) => real.length > 0);

/** All criteria, those that are not chosen as their pages have them. */
async function playedAll(chosen: readonly Criterion[], options: ValidateOptions): Promise<Summed[]> {
  const { criteria, check, which, stage, pages, say } = options;
  // Of what cannot be played a check keeps what the page says, and tells so; a page that is written says that it was not run.
  const kept = check && lacksServer(chosen, options);
  const how = { which: kept ? 'world' : which, pages, say, ...(stage && { stage }) } as const;
  const all: Summed[] = [];
  for (const criterion of criteria) {
    all.push(chosen.includes(criterion) ? await played(criterion, how) : asWritten(criterion, pages));
  }
  return all;
}

function areKnown(ids: readonly string[], criteria: readonly Criterion[], say: (text: string) => void): boolean {
  const known = criteria.map(({ id }) => id);
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) say(`there is no ${unknown.join(', ')}; the criteria are ${known.join(', ')}`);
  return unknown.length === 0;
}

const WITHOUT = 'the cases on a real API server: set KUBEBUILDER_ASSETS (test/cluster/README.md)';

const asWritten = (criterion: Criterion, pages: Pages): Summed => ({
  criterion,
  outcomes: outcomesIn(pages(pageName(criterion)) ?? ''),
});
