import type { Evaluation, Side } from '../../../../scenario/evaluation/evaluation.ts';
import { addTo, answered, emptyTally, type RoleTally } from '../../../../scenario/evaluation/roleTally.ts';
import { formatDuration } from '../../../../schema/units.ts';

/** The same rows for the terminal and for the page. */
export interface Figures {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const share = (part: number, of: number): string =>
  of === 0 ? '-' : `${((100 * part) / of).toFixed(1).replace(/\.0$/, '')}%`;

/** A model by its name, and several by all of theirs. */
export const modelNames = ({ models }: Evaluation): string => [...new Set(Object.values(models))].join(', ');

export function sideFigures(evaluation: Evaluation): Figures {
  const { times, scenarios } = evaluation;
  const row = (name: string, side: Side): string[] => [
    name,
    String(side.runs),
    side.runs === 0 ? '-' : `${(100 * side.passAt1).toFixed(1)}%`,
    `${side.allPassed}/${scenarios.played}`,
    `${side.refrained.passed}/${side.refrained.of}`,
    `${side.should.held}/${side.should.of}`,
    String(side.leaks),
    formatDuration(side.breachSeconds * 1000),
    `${(side.replicaSeconds / 3600).toFixed(1)} h`,
  ];
  return {
    head: ['', 'runs', 'pass@1', `all ${times}`, 'refrained', 'should', 'gate leaks', 'in breach', 'replica-time'],
    rows: [row(modelNames(evaluation), evaluation.model), row('rules alone', evaluation.rules)],
  };
}

export function roleFigures({ roles }: Evaluation): Figures {
  const all = emptyTally();
  for (const tally of Object.values(roles)) addTo(all, tally);
  const entries = Object.entries(roles);
  return {
    head: [
      'role',
      'decisions',
      'answered',
      'schema-valid',
      'at once',
      'right',
      'held',
      'refused',
      'disagreed',
      'helped/hurt',
      'tokens in (cached) + out',
      'seconds',
      'over 15 s',
      'cost',
    ],
    rows: [...entries, ...(entries.length > 1 ? [['all', all] as const] : [])].map(([name, tally]) => [
      name,
      ...roleCells(tally, name === 'decision-engine' || name === 'all'),
    ]),
  };
}

function roleCells(tally: RoleTally, proposes: boolean): string[] {
  const ended = answered(tally);
  const { usable, compared, inForm, answers, right, held, holdable, refused, disagreed, helped, hurt, slow, cost } =
    tally;
  const proposals = proposes ? [share(right, compared), `${held}/${holdable}`] : ['-', '-'];
  return [
    String(tally.asked),
    String(ended),
    share(usable, ended),
    share(inForm, answers),
    ...proposals,
    String(refused),
    ...(proposes ? [String(disagreed), `${helped}/${hurt}`] : ['-', '-']),
    `${tally.promptTokens} (${tally.cachedTokens}) + ${tally.completionTokens}`,
    `${tally.seconds.toFixed(0)}, ${ended === 0 ? '-' : (tally.seconds / ended).toFixed(1)} each`,
    String(slow),
    cost === 0 ? '-' : cost.toFixed(4),
  ];
}

/** What was not played, and why: each a sentence. */
export function leftOut({ scenarios, times, dead }: Evaluation): string[] {
  const { given, played, calm, unsupported, ofScript, replaced, runsNotRun } = scenarios;
  const list = (ids: readonly string[]): string => (ids.length === 0 ? '' : `: ${ids.join(', ')}`);
  return [
    `${given} scenarios, ${played} of them played with the model${times > 1 ? `, up to ${times} times each` : ''}`,
    ...(replaced > 0 ? [`in ${replaced} of those the model took the place of a script`] : []),
    ...(calm > 0 ? [`${calm} left out: no role that is evaluated is asked for anything in them`] : []),
    ...(ofScript.length > 0
      ? [`${ofScript.length} left out: what they expect is what a script does${list(ofScript)}`]
      : []),
    ...(unsupported.length > 0 ? [`${unsupported.length} cannot be played here${list(unsupported)}`] : []),
    ...(runsNotRun > 0
      ? [
          `${runsNotRun} runs not run: ${dead === undefined ? 'there was no time for them (--for)' : 'the model does not answer'}`,
        ]
      : []),
  ];
}

/** Why the rules answered in the model's place, most often first. */
export function insteadWords({ roles }: Evaluation): string[] {
  return Object.entries(roles).flatMap(([role, { instead }]) => {
    const reasons = Object.entries(instead).sort(([, a], [, b]) => b - a);
    return reasons.length === 0 ? [] : [`${role}: ${reasons.map(([why, count]) => `${why} ${count}`).join(', ')}`];
  });
}

/** Services that are worse off than under the rules alone, each named. */
export const worseOff = ({ pairs }: Evaluation): string[] =>
  pairs.flatMap(({ id, seed, worse }) => worse.map((words) => `${id} (seed ${seed}): ${words}`));

export const leaksOf = ({ pairs }: Evaluation): string[] =>
  pairs.flatMap(({ id, seed, model }) => model.leaks.map((words) => `${id} (seed ${seed}): ${words}`));

export function verdictWords(evaluation: Evaluation): string {
  const { model, pairs, dead } = evaluation;
  if (dead !== undefined) return `given up: ${dead}`;
  if (pairs.length === 0) return 'nothing was played, so that nothing is known';
  const worse = pairs.filter((pair) => pair.worse.length > 0).length;
  const better = pairs.filter((pair) => pair.better).length;
  if (model.leaks > 0) return `the gate let ${model.leaks} things through that it should not have`;
  if (worse > 0) return `in ${worse} of ${pairs.length} runs a service is worse off than under the rules alone`;
  return `nothing leaked, and no service is worse off than under the rules alone; in ${better} of ${pairs.length} runs one is better off`;
}
