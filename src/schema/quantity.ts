/**
 * Kubernetes quantities (`100m`, `1.5Gi`, `1e3`): a decimal number with one suffix of n u m k M G T P E, Ki Mi Gi Ti Pi Ei,
 * or an exponent. Computed with integers, so that `0.1` cores are exactly 100 millicores. Text that is no quantity gives
 * `undefined`, never NaN: the caller decides what a missing number means.
 */

const GRAMMAR = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?$/;
// Longer than any real quantity; bounds the work on hostile text.
const MAX_TEXT = 64;

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** The value in base units (cores, bytes, pieces). */
export const parseQuantity = (text: string): number | undefined => scaled(text, 0);

/** Millicores; metrics give fractions of one (`1234567n` is 1.234567). */
export const parseCpu = (text: string): number | undefined => scaled(text, 3);

/** Bytes. */
export const parseMemory = (text: string): number | undefined => scaled(text, 0);

function scaled(text: string, power: number): number | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const match = GRAMMAR.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  let numerator = BigInt(whole + fraction);
  let denominator = 1n;
  const binary = BINARY[suffix];
  if (binary !== undefined) numerator *= 2n ** BigInt(binary);
  const exponent = power - fraction.length + (binary === undefined ? decimalExponent(suffix) : 0);
  if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
  else denominator = 10n ** BigInt(-exponent);
  const value = Number(numerator / denominator) + Number(numerator % denominator) / Number(denominator);
  if (!Number.isFinite(value)) return undefined;
  return sign === '-' && value !== 0 ? -value : value;
}

function decimalExponent(suffix: string): number {
  if (suffix === '') return 0;
  return DECIMAL[suffix] ?? Number(suffix.slice(1));
}

/** `2` for 2000 millicores, `250m` for 250. Fractions of a millicore are rounded up, as Kubernetes does. */
export function formatCpu(millicores: number): string {
  const rounded = Math.ceil(millicores);
  return rounded % 1000 === 0 ? String(rounded / 1000) : `${rounded}m`;
}

/** The largest binary unit that says it exactly: `2Gi`, `1536Mi`; plain bytes when none does. Rounded up to a byte. */
export function formatMemory(bytes: number): string {
  const rounded = Math.ceil(bytes);
  if (rounded === 0) return '0';
  for (const [suffix, bits] of Object.entries(BINARY).reverse()) {
    const unit = 2 ** bits;
    if (rounded % unit === 0) return `${rounded / unit}${suffix}`;
  }
  return String(rounded);
}
