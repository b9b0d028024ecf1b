import { effective } from '../../src/schema/blueprint/effective.ts';
import type { Fault } from '../../src/schema/blueprint/fault.ts';
import { FULL } from '../../src/schema/blueprint/fixtures.ts';
import { loadBlueprint } from '../../src/schema/blueprint/load.ts';
import { type Blueprint, NO_GLOBAL_RULES } from '../../src/schema/blueprint.ts';
import type { WorldCase } from './criterion.ts';
import { type Expecting, pureCase } from './expecting.ts';

/** Nine levels of nine aliases each: 387 million values out of a few hundred characters. */
export const BOMB = ['a: &a [x, x, x, x, x, x, x, x, x]']
  .concat([...'bcdefghi'].map((name, n) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[n]}`).join(', ')}]`))
  .join('\n');

export const faultsOf = (text: string): readonly Fault[] => {
  const loaded = loadBlueprint(text, 'blueprint.yaml');
  return loaded.ok ? [] : loaded.error;
};
export const codesOf = (text: string): string[] => faultsOf(text).map(({ code }) => code);

/** As the gate is given it, without rules of an organisation; a document that is refused is an error here. */
export function inForce(text: string): Blueprint {
  const loaded = loadBlueprint(text, 'blueprint.yaml');
  const judged = loaded.ok ? effective(loaded.value, NO_GLOBAL_RULES, 'shop') : loaded;
  if (!judged.ok) throw new Error(judged.error.map(({ message }) => message).join('; '));
  return judged.value;
}

/** The full document with one thing written otherwise: refused, for that reason and no other, with place and fix. */
export function refused(
  checks: string,
  ...rows: readonly (readonly [from: string, to: string, code: string])[]
): WorldCase {
  return pureCase(checks, (expecting) => {
    for (const [from, to, code] of rows) {
      expecting.holds(`the document has "${from}"`, FULL.includes(from));
      const faults = faultsOf(FULL.replace(from, () => to));
      expecting.same(`"${to}" is refused`, [...new Set(faults.map((fault) => fault.code))], [code]);
      complete(expecting, faults);
    }
    return rows.map(([, to, code]) => `\`${to.trim().replaceAll(/\s+/g, ' ')}\`: ${code}`).join(', ');
  });
}

/** A person can mend the document by each of its faults. */
export function complete(expecting: Expecting, faults: readonly Fault[]): void {
  for (const { code, line, column, found, expected, fix } of faults) {
    expecting.holds(`${code} has a line and a column`, line > 0 && column > 0);
    expecting.holds(`${code} says what was found, what is expected, and a fix`, ![found, expected, fix].includes(''));
  }
}
