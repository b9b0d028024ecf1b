import { type Criterion, pageName } from './criterion.ts';
import { COLUMNS, FAILED, NOT_RUN, ON_REAL, type Outcome, rowOf, timeText } from './outcome.ts';

/** Lines that begin so hold what a real clock said, and are not compared. */
const REAL_TIMES = 'Real times of this run: ';
const MASKED = '…';

const counted = (outcomes: readonly Outcome[], result: Outcome['result']): number =>
  outcomes.filter((outcome) => outcome.result === result).length;

/** `23 of 23 cases passed`, and what did not. */
export function headline({ unit, atLeast }: Pick<Criterion, 'unit' | 'atLeast'>, outcomes: readonly Outcome[]): string {
  const [failed, missing] = [counted(outcomes, FAILED), counted(outcomes, NOT_RUN)];
  const words = [
    `${counted(outcomes, 'passed')} of ${outcomes.length} ${unit} passed`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(missing > 0 ? [`${missing} not run`] : []),
    ...(outcomes.length < atLeast ? [`FAILED: at least ${atLeast} are wanted`] : []),
  ];
  return words.join(', ');
}

export const isMet = ({ atLeast }: Pick<Criterion, 'atLeast'>, outcomes: readonly Outcome[]): boolean =>
  outcomes.length >= atLeast && counted(outcomes, FAILED) === 0;

export function criterionPage(criterion: Criterion, outcomes: readonly Outcome[]): string {
  const { id, title, means, atLeast, unit } = criterion;
  const real = outcomes.filter(({ cluster }) => cluster === ON_REAL).length;
  return [
    `# ${id} ${title}: ${headline(criterion, outcomes)}`,
    '',
    `${means}`,
    '',
    `At least ${atLeast} ${unit} are wanted. ${outcomes.length - real} were played in one process, in virtual time; ${real} on a real Kubernetes API server.`,
    '',
    `Again: \`npm run validate -- ${id}\` plays them and writes this page, \`npm run validate -- ${id} --check\` compares. Everything but`,
    'the real times is the same at every run. Generated from a run, never written by hand; [all ten](README.md).',
    '',
    ...targetLines(criterion, outcomes),
    ...(criterion.sum === undefined
      ? []
      : [`**${criterion.sum(outcomes.map(({ seen, result }) => ({ seen, passed: result === 'passed' })))}**`, '']),
    `| ${COLUMNS.join(' | ')} |`,
    `|${'---|'.repeat(COLUMNS.length)}`,
    ...outcomes.map(rowOf),
    '',
  ].join('\n');
}

function targetLines({ target }: Criterion, outcomes: readonly Outcome[]): string[] {
  if (target === undefined) return [];
  const longest = (of: (outcome: Outcome) => string): string =>
    outcomes
      .map(of)
      .filter((text) => text !== '–')
      .toSorted((a, b) => msOf(b) - msOf(a))[0] ?? 'none';
  return [
    `Both times in the table are of one thing: ${target.what}. Target: under ${timeText(target.underMs)}; aim: under ${timeText(target.aimMs)}.`,
    `Longest in virtual time: ${longest(({ virtual }) => virtual)}.`,
    '',
    `${REAL_TIMES}the longest took ${longest(({ real }) => real)}.`,
    '',
  ];
}

/** What timeText wrote. */
function msOf(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };
  return [...text.matchAll(/([\d.]+) (ms|s|min)\b/g)].reduce(
    (sum, [, value = '0', unit = 'ms']) => sum + Number(value) * (units[unit] ?? 1),
    0,
  );
}

/** One line a criterion of the page that sums them up. */
export interface Summed {
  readonly criterion: Criterion;
  readonly outcomes: readonly Outcome[];
}

export function summaryPage(all: readonly Summed[]): string {
  const met = all.filter(({ criterion, outcomes }) => isMet(criterion, outcomes) && counted(outcomes, NOT_RUN) === 0);
  const cases = all.flatMap(({ outcomes }) => outcomes);
  return [
    `# Validation: ${met.length} of ${all.length} success criteria met`,
    '',
    'What the product promises, each promise checked by playing the whole product: is it so, and what was seen?',
    '',
    `${counted(cases, 'passed')} of ${cases.length} cases passed, ${cases.filter(({ cluster }) => cluster === ON_REAL).length} of them on a real Kubernetes API server. Each page has what was checked, its seed,`,
    'its result and what was seen, with virtual and real time apart.',
    '',
    'Again: `npm run validate` plays all and writes these pages; `npm run validate -- --check` plays all and fails where a page',
    'says something else. Cases on a real API server need `KUBEBUILDER_ASSETS`, a folder with kube-apiserver, etcd, kubectl and',
    'kube-controller-manager ([where from](../test/cluster/README.md)). `npm test` compares as well. The cases are in `test/validation/`.',
    '',
    '| Criterion | Result | Wanted | Target | Measured in virtual time | Page |',
    '|---|---|---|---|---|---|',
    ...all.map(({ criterion, outcomes }) => {
      const { id, title, atLeast, unit, target } = criterion;
      const wanted = `at least ${atLeast} ${unit}`;
      const aim =
        target === undefined
          ? '–'
          : `${target.what}: under ${timeText(target.underMs)} (aim ${timeText(target.aimMs)})`;
      const most =
        target === undefined
          ? '–'
          : (/^Longest in virtual time: (.*)\.$/m.exec(criterionPage(criterion, outcomes))?.[1] ?? '–');
      return `| ${id} ${title} | ${headline(criterion, outcomes)} | ${wanted} | ${aim} | ${most} | [${pageName(criterion)}](${pageName(criterion)}) |`;
    }),
    '',
  ].join('\n');
}

/** The page without what a real clock said: two runs of the same code agree on all that is left. */
export function masked(page: string): string {
  const columns = COLUMNS.length;
  return page
    .split('\n')
    .map((line) => {
      if (line.startsWith(REAL_TIMES)) return `${REAL_TIMES}${MASKED}`;
      if (!/^\| \d+ \| /.test(line)) return line;
      const cells = line.slice(2, -2).split(/(?<!\\) \| /);
      return cells.length === columns ? `| ${[...cells.slice(0, -1), MASKED].join(' | ')} |` : line;
    })
    .join('\n');
}
