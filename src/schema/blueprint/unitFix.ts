import { parseCpu, parseMemory } from '../quantity.ts';
import { parseDuration, parsePercent } from '../units.ts';
import { type Complaint, shown } from './fault.ts';
import type { Unit } from './scalars.ts';

const PARSERS: Readonly<Record<Unit, (text: string) => number | undefined>> = {
  percentage: parsePercent,
  duration: parseDuration,
  cpu: parseCpu,
  memory: parseMemory,
};

/** Candidates for what was meant by a number without (or with a wrong) unit, likeliest first. */
const MEANT: Readonly<Record<Unit, (number: number, unit: string) => string[]>> = {
  percentage: (number) => (number > 0 && number < 1 ? [`${Number((number * 100).toPrecision(12))}%`] : [`${number}%`]),
  duration: (number, unit) => {
    const known: Readonly<Record<string, string>> = {
      sec: 's',
      secs: 's',
      second: 's',
      seconds: 's',
      min: 'm',
      mins: 'm',
      minute: 'm',
      minutes: 'm',
      hour: 'h',
      hours: 'h',
      millis: 'ms',
    };
    const suffix = known[unit.toLowerCase()];
    if (suffix !== undefined) return [`${number}${suffix}`];
    return unit.toLowerCase() === 'd' ? [`${number * 24}h`] : [`${number}ms`, `${number}s`, `${number}m`];
  },
  cpu: (number, unit) => {
    if (unit !== '') return [`${number}m`];
    // So few are whole cores.
    return number < 20 ? [`"${number}"`, `${number}m`] : [`${number}m`, `"${number}"`];
  },
  memory: (number, unit) => {
    // So few are whole gibibytes.
    if (unit === '' && number < 20) return [`${number}Gi`, `${number}Mi`];
    const letter = /^[kmgt]/i.exec(unit)?.[0].toUpperCase() ?? 'M';
    return [`${number}${letter}i`];
  },
};

/** What to say of a value that should carry a unit and does not, or carries another. */
export function unitFix(unit: Unit, value: unknown, expected: string): Omit<Complaint, 'path'> {
  const written = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  const parts = written === undefined ? null : /^\s*(\d{1,12}(?:\.\d{1,9})?)\s*([A-Za-z%]*)\s*$/.exec(written);
  const found =
    typeof value === 'object' && value !== null
      ? Array.isArray(value)
        ? 'a list'
        : 'a block of fields'
      : shown(value);
  if (parts === null) return { code: 'WrongUnit', found, expected, fix: `write ${expected}` };
  const [, number = '', suffix = ''] = parts;
  const code = suffix === '' ? 'MissingUnit' : 'WrongUnit';
  const tight = `${number}${suffix}`;
  // 70 % and 128 Mi only need the space taken out.
  if (suffix !== '' && tight !== written && PARSERS[unit](tight) !== undefined)
    return { code, found, expected, fix: `write ${tight}` };
  const meant = MEANT[unit](Number(number), suffix);
  const why = unit === 'memory' && suffix === 'm' ? ' (m means thousandths of a byte)' : '';
  return { code, found, expected, fix: `write ${meant.join(' or ')}${why}` };
}
