import { RULES } from '../../policy/rules.ts';
import type { RuleId } from '../../schema/verdict.ts';
import { isProven, type RuleRow } from './rulesTable.ts';

/** For machines: the rows as they are. */
export const rulesJson = (rows: readonly RuleRow[], scenarios: number): string =>
  `${JSON.stringify({ scenarios, proven: rows.filter(isProven).length, rules: rows.map(plain) }, null, 2)}\n`;

const plain = ({ rule, fired, stops, pair }: RuleRow): object => ({
  rule,
  obligations: obligations(rule),
  fired,
  ...stops,
  fires: pair === undefined ? null : { scenario: pair.fires, code: pair.code, stop: pair.stop },
  spared:
    pair === undefined
      ? null
      : {
          scenario: pair.spared,
          path: pair.difference.path,
          fires: pair.difference.here ?? null,
          spares: pair.difference.there ?? null,
        },
});

/** For people: per rule one line of counts, the file in which it fires, the nearest in which it does not, and why. */
export function rulesText(rows: readonly RuleRow[], scenarios: number): string {
  const unproven = rows.filter((row) => !isProven(row)).map(({ rule }) => rule);
  const missing = unproven.length === 0 ? '' : `; not so: ${unproven.join(', ')}`;
  return [
    'rule  fired  refused  restricted  deferred',
    ...rows.flatMap(rowLines),
    '',
    `${rows.length - unproven.length} of ${rows.length} rules fire, and are seen to spare the nearest neighbour, in ${scenarios} scenarios${missing}`,
    '',
  ].join('\n');
}

function rowLines({ rule, fired, stops, pair }: RuleRow): string[] {
  const counts = [
    rule.padEnd(4),
    String(fired).padStart(7),
    String(stops.refused).padStart(9),
    String(stops.restricted).padStart(12),
    String(stops.deferred).padStart(10),
  ].join('');
  const head = `${counts}   ${obligations(rule).join('; ')}`;
  if (pair === undefined) {
    return [
      head,
      fired === 0 ? '      never fired' : '      fired, and no scenario but for one fact the same spares it',
    ];
  }
  const { path, here, there } = pair.difference;
  return [
    head,
    `      fires   ${pair.fires} (${pair.code}, ${pair.stop})`,
    `      spared  ${pair.spared}`,
    `              ${path}: ${shown(there)}, not ${shown(here)}`,
  ];
}

/** `operation must be granted`: the names of the rules in force under an id, as words. */
const obligations = (rule: RuleId): string[] =>
  RULES.filter(({ id }) => id === rule).map((standing) =>
    standing.rule.name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  );

const LONGEST = 60;

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
