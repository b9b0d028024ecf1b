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
  const sum = sumOf(criterion, outcomes);
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
    ...(sum === undefined ? [] : [`**${sum}**`, '']),
    `| ${COLUMNS.join(' | ')} |`,
    `|${'---|'.repeat(COLUMNS.length)}`,
    ...outcomes.map(rowOf),
    '',
  ].join('\n');
}

/** The longest of the times in a column, as it stands there. */
function longest(outcomes: readonly Outcome[], side: 'virtual' | 'real'): string {
  const times = outcomes.map((outcome) => outcome[side]).filter((text) => text !== '–');
  return times.toSorted((one, other) => msOf(other) - msOf(one))[0] ?? 'none';
}

/** How many of the virtual times are what the product aims for. */
function aimText(outcomes: readonly Outcome[], aimMs: number): string {
  const times = outcomes.map(({ virtual }) => virtual).filter((text) => text !== '–');
  return `${times.filter((text) => msOf(text) < aimMs).length} of ${times.length} under ${timeText(aimMs)}`;
}

const sumOf = ({ sum }: Criterion, outcomes: readonly Outcome[]): string | undefined =>
  sum?.(outcomes.map(({ seen, result }) => ({ seen, passed: result === 'passed' })));

function targetLines({ target }: Criterion, outcomes: readonly Outcome[]): string[] {
  if (target === undefined) return [];
  const { what, underMs, aimMs } = target;
  return [
    `Both times in the table are of one thing: ${what}. Target: under ${timeText(underMs)}; aim: under ${timeText(aimMs)}.`,
    `In virtual time: the longest ${longest(outcomes, 'virtual')}, ${aimText(outcomes, aimMs)}.`,
    '',
    `${REAL_TIMES}the longest took ${longest(outcomes, 'real')}.`,
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
    '| Criterion | Result | Wanted | Measured |',
    '|---|---|---|---|',
    ...all.map(({ criterion, outcomes }) => {
      const { id, title, atLeast, unit } = criterion;
      const link = `[${id} ${title}](${pageName(criterion)})`;
      const measured = measuredText(criterion, outcomes);
      return `| ${link} | ${headline(criterion, outcomes)} | at least ${atLeast} ${unit} | ${measured} |`;
    }),
    '',
    `${REAL_TIMES}${all.flatMap(realText).join('; ')}.`,
    '',
  ].join('\n');
}

function measuredText(criterion: Criterion, outcomes: readonly Outcome[]): string {
  const { target } = criterion;
  if (target === undefined) return sumOf(criterion, outcomes) ?? '–';
  const { what, underMs, aimMs } = target;
  return `${what}, target under ${timeText(underMs)}: in virtual time ${longest(outcomes, 'virtual')} at the longest, ${aimText(outcomes, aimMs)} (the aim)`;
}

const realText = ({ criterion: { id, target }, outcomes }: Summed): string[] =>
  target === undefined ? [] : [`${id}: ${target.what}, ${longest(outcomes, 'real')} at the longest`];

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
