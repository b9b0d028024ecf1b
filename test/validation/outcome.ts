import { cellText, textOfCell } from './cells.ts';
import type { Criterion, Shown } from './criterion.ts';

export const FAILED = 'FAILED';
export const NOT_RUN = 'not run: no KUBEBUILDER_ASSETS';
export const ON_WORLD = 'embedded';
export const ON_REAL = 'API server';
/** Heads of the columns; what the last holds differs from run to run, and is not compared. */
export const COLUMNS = [
  '#',
  'What was checked',
  'Seed',
  'Cluster',
  'Result',
  'What was seen',
  'Virtual time',
  'Real time',
] as const;

/** One row of a page. */
export interface Outcome {
  readonly checks: string;
  readonly seed: string;
  readonly cluster: typeof ON_WORLD | typeof ON_REAL;
  readonly result: 'passed' | typeof FAILED | typeof NOT_RUN;
  readonly seen: string;
  readonly virtual: string;
  readonly real: string;
}

/** A case that broke is one that failed, with what it threw. A time is held against the criterion's target. */
export async function outcomeOf(
  { target }: Pick<Criterion, 'target'>,
  { checks, seed }: { readonly checks: string; readonly seed?: number | 'none' },
  play: () => Promise<Shown>,
): Promise<Outcome> {
  const began = performance.now();
  const shown = await play().catch(
    (error: unknown): Shown => ({
      faults: [`the case broke: ${error instanceof Error ? error.message : error}`],
      seen: '',
    }),
  );
  const { seen, virtualMs } = shown;
  // Where the times are held against a target they are of one thing, and the whole case is another.
  const realMs = shown.realMs ?? (target === undefined ? performance.now() - began : undefined);
  const late =
    target === undefined
      ? []
      : [virtualMs, shown.realMs].flatMap((ms) =>
          ms === undefined || (ms >= 0 && ms < target.underMs)
            ? []
            : [`${target.what} took ${timeText(ms)}, wanted under ${timeText(target.underMs)}`],
        );
  const faults = [...shown.faults, ...late];
  return {
    checks,
    seed: seed === undefined ? '–' : String(seed),
    cluster: seed === undefined ? ON_REAL : ON_WORLD,
    result: faults.length === 0 ? 'passed' : FAILED,
    seen: faults.length === 0 ? seen : `seen instead: ${faults.join('; ')}`,
    virtual: virtualMs === undefined ? '–' : timeText(virtualMs),
    real: realMs === undefined ? '–' : timeText(realMs),
  };
}

export const notRun = (checks: string): Outcome => ({
  checks,
  seed: '–',
  cluster: ON_REAL,
  result: NOT_RUN,
  seen: '–',
  virtual: '–',
  real: '–',
});

export const rowOf = (outcome: Outcome, index: number): string => {
  const { checks, seed, cluster, result, seen, virtual, real } = outcome;
  return `| ${[String(index + 1), checks, seed, cluster, result, seen, virtual, real].map(cellText).join(' | ')} |`;
};

/** The rows of a page that was written before; what is no row of this form is left out. */
export function outcomesIn(page: string): Outcome[] {
  return page.split('\n').flatMap((line) => {
    if (!/^\| \d+ \| /.test(line)) return [];
    const cells = line
      .slice(2, -2)
      .split(/(?<!\\) \| /)
      .map(textOfCell);
    const [, checks = '', seed = '', cluster, result, seen = '', virtual = '', real = ''] = cells;
    if (cluster !== ON_WORLD && cluster !== ON_REAL) return [];
    if (result !== 'passed' && result !== FAILED && result !== NOT_RUN) return [];
    return [{ checks, seed, cluster, result, seen, virtual, real }];
  });
}

/** `250 ms`, `4.2 s`, `12 min 30 s`: as exact as somebody wants to know. */
export function timeText(ms: number): string {
  if (ms < 995) return `${Number(ms.toPrecision(2))} ms`;
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
