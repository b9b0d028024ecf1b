import { type Criterion, pageName } from './criterion.ts';
import { notRun, ON_REAL, ON_WORLD, type Outcome, outcomeOf, outcomesIn } from './outcome.ts';
import { criterionPage, isMet, masked, type Summed, summaryPage } from './page.ts';
import type { RealStage } from './realStage.ts';

/** What is played; what is not is taken from the pages that are there. */
export type Which = 'world' | 'real' | 'all';
/** The text of a page by its name; undefined: there is none. */
export type Pages = (name: string) => string | undefined;

export interface RunOptions {
  readonly which: Which;
  /** Absent: there is no real API server. */
  readonly stage?: RealStage;
  readonly pages: Pages;
  readonly say?: (text: string) => void;
}

export const SUMMARY = 'README.md';

export async function played(criterion: Criterion, options: RunOptions): Promise<Summed> {
  const { which, stage, pages, say } = options;
  const before = outcomesIn(pages(pageName(criterion)) ?? '');
  const outcomes: Outcome[] = [];
  const add = (outcome: Outcome): void => {
    outcomes.push(outcome);
    if (outcome.result !== 'passed') say?.(`${criterion.id}: ${outcome.result}: ${outcome.checks}: ${outcome.seen}`);
  };
  if (which === 'real') outcomes.push(...before.filter(({ cluster }) => cluster === ON_WORLD));
  else for (const one of criterion.cases) add(await outcomeOf(criterion, one, one.play));
  if (which === 'world') outcomes.push(...before.filter(({ cluster }) => cluster === ON_REAL));
  else {
    for (const { checks, on } of criterion.real) {
      add(stage === undefined ? notRun(checks) : await outcomeOf(criterion, { checks }, () => on(stage)));
    }
  }
  say?.(
    `${criterion.id} ${isMet(criterion, outcomes) ? 'met' : 'FAILED'}: ${criterionPage(criterion, outcomes).split('\n')[0]?.slice(2)}`,
  );
  return { criterion, outcomes };
}

/** The pages that a run makes, by name. */
export function pagesOf(all: readonly Summed[]): ReadonlyMap<string, string> {
  return new Map([
    ...all.map(({ criterion, outcomes }) => [pageName(criterion), criterionPage(criterion, outcomes)] as const),
    [SUMMARY, summaryPage(all)],
  ]);
}

/** Where pages differ from those of this run, real times aside: one fault a page, with the first line that differs. */
export function differencesOf(made: ReadonlyMap<string, string>, pages: Pages): string[] {
  return [...made].flatMap(([name, text]) => {
    const there = pages(name);
    if (there === undefined) return [`${name}: there is no such page (npm run validate writes it)`];
    const [wanted, found] = [masked(text).split('\n'), masked(there).split('\n')];
    const at = Array.from({ length: Math.max(wanted.length, found.length) }, (_, n) => n).find(
      (n) => wanted[n] !== found[n],
    );
    if (at === undefined) return [];
    return [
      `${name}, line ${at + 1}: the page says\n  ${found[at] ?? '(nothing)'}\nand this run\n  ${wanted[at] ?? '(nothing)'}`,
    ];
  });
}

/** Criteria that are not met, in words. */
export const unmet = (all: readonly Summed[]): string[] =>
  all.flatMap(({ criterion, outcomes }) =>
    isMet(criterion, outcomes)
      ? []
      : [
          `${criterion.id} ${criterion.title}: FAILED`,
          ...outcomes.filter(({ result }) => result === 'FAILED').map(({ checks, seen }) => `  ${checks}: ${seen}`),
        ],
  );
