import type { RealStage } from './realStage.ts';

/** What one case showed. */
export interface Shown {
  /** What was seen instead of what was wanted, in words; none: the case passed. */
  readonly faults: readonly string[];
  /** The evidence in words. It is the same at every run: nothing that a real clock or a random name moves stands in it. */
  readonly seen: string;
  /** The virtual time it is about, in ms: the criterion says whether of the whole case or of one thing in it. */
  readonly virtualMs?: number;
  /** The real time it is about, in ms; absent: how long the case took. */
  readonly realMs?: number;
}

interface Described {
  /** What is checked, in one sentence of Markdown. */
  readonly checks: string;
}

/** Played in virtual time on the embedded cluster. */
export interface WorldCase extends Described {
  /** `none`: nothing in it is drawn. */
  readonly seed: number | 'none';
  readonly play: () => Promise<Shown>;
}

/** Played on a real API server, in real time; its random names have no seed. */
export interface RealCase extends Described {
  readonly on: (stage: RealStage) => Promise<Shown>;
}

export interface Target {
  /** What the times in the table are about. */
  readonly what: string;
  /** No case may take so long. */
  readonly underMs: number;
  /** What the product aims for. */
  readonly aimMs: number;
}

/** One success criterion: its page is `validation/<id>-<slug>.md`. */
export interface Criterion {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  /** How many cases it needs at least. */
  readonly atLeast: number;
  /** What is counted: `cases`, `decisions`. */
  readonly unit: string;
  /** What it means when all pass, in a few sentences. */
  readonly means: string;
  readonly cases: readonly WorldCase[];
  readonly real: readonly RealCase[];
  /** The times of the cases are held against it. */
  readonly target?: Target;
  /** What the rows come to together, in a sentence. */
  readonly sum?: (rows: readonly { readonly seen: string; readonly passed: boolean }[]) => string;
}

export const pageName = ({ id, slug }: Pick<Criterion, 'id' | 'slug'>): string => `${id}-${slug}.md`;
