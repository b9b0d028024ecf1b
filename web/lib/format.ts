import type { Series } from '../../src/schema/api/common.ts';

type Unit = Series['unit'];

/**
 * A value as a person writes it, with its unit. It is never rounded across its limit: 80.04 beside a limit of 80 gets the
 * digits that show on which side it stands.
 */
export function valueText(value: number, unit: Unit, limits: readonly number[] = []): string {
  const digits = fewestDigits(value, unit, limits);
  return `${grouped(value, digits)}${suffix(unit)}`;
}

/** A limit is written whole: what it says is what the blueprint says. */
export const limitText = (value: number, unit: Unit): string => `${grouped(value, decimals(value))}${suffix(unit)}`;

function fewestDigits(value: number, unit: Unit, limits: readonly number[]): number {
  let digits = unit === 'percent' && Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0;
  while (digits < 6 && limits.some((limit) => side(rounded(value, digits), limit) !== side(value, limit))) digits += 1;
  return digits;
}

const side = (value: number, limit: number): number => Math.sign(value - limit);
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const decimals = (value: number): number => Math.min(6, (String(value).split('.')[1] ?? '').length);

/** Rounded first: `toLocaleString` rounds 186.85 up where `toFixed` rounds it down, and the digits were chosen by the latter. */
function grouped(value: number, digits: number): string {
  return rounded(value, digits).toLocaleString('en-GB', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

function suffix(unit: Unit): string {
  switch (unit) {
    case 'percent':
      return '%';
    case 'ms':
      return ' ms';
    case 'per-second':
      return ' /s';
    case 'replicas':
      return '';
  }
}

/** `9c41 e07b 52aa … 5d12`: enough to compare by eye; the whole is copied by the button beside it. */
export function shortHash(hash: string, groups = 3): string {
  const plain = hash.replace(/^sha256:/, '');
  if (plain.length <= 20) return plain;
  const heads = Array.from({ length: groups }, (_, index) => plain.slice(index * 4, index * 4 + 4));
  return `${heads.join(' ')} … ${plain.slice(-4)}`;
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];
/** At the start of a sentence. */
export const inWords = (count: number): string => NUMBERS[count] ?? String(count);

/** `RolledBack` and `scale_beyond_limits` as a person reads them. */
export const spoken = (code: string): string =>
  code
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
