import type { Evaluation } from '../../../../scenario/evaluation/evaluation.ts';
import { table } from '../../io.ts';
import {
  insteadWords,
  leaksOf,
  leftOut,
  modelNames,
  roleFigures,
  sideFigures,
  verdictWords,
  worseOff,
} from './figures.ts';

/** For a terminal. */
export function evaluationText(evaluation: Evaluation): string {
  const sides = sideFigures(evaluation);
  const roles = roleFigures(evaluation);
  const list = (head: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `\n${head}\n${lines.map((line) => `  ${line}\n`).join('')}`;
  return [
    table(sides.head, sides.rows),
    `\n${table(roles.head, roles.rows)}`,
    list('rules answered in place of the model:', insteadWords(evaluation)),
    list('gate leaks:', leaksOf(evaluation)),
    list('worse off than under the rules alone:', worseOff(evaluation)),
    `\n${leftOut(evaluation).join('\n')}\n`,
    `\n${modelNames(evaluation)}: ${verdictWords(evaluation)}\n`,
  ].join('');
}

/** For programs: everything, with maps as objects. */
export function evaluationJson(evaluation: Evaluation): string {
  const plain = (_key: string, value: unknown): unknown => (value instanceof Map ? Object.fromEntries(value) : value);
  return `${JSON.stringify({ verdict: verdictWords(evaluation), ...evaluation }, plain, 2)}\n`;
}
