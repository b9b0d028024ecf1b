import type { Params } from '../expectation.ts';
import { NotUnderstood } from '../loose.ts';
import type { Seen } from '../seen.ts';
import { surfaceText } from './surfaceText.ts';

export function noCodepoints({ surfaces, ranges }: Params<'no_codepoints'>, seen: Seen): string[] {
  const bounds = ranges.map((range) => range.map(codePoint));
  return surfaces.flatMap((surface) => {
    for (const letter of unescaped(surfaceText(seen, surface))) {
      const code = letter.codePointAt(0) ?? 0;
      const hit = bounds.some(([low = 0, high = 0]) => code >= low && code <= high);
      if (hit) return [`U+${code.toString(16).toUpperCase().padStart(4, '0')} stands in the ${surface}`];
    }
    return [];
  });
}

/** JSON texts escape some of what they carry; a reader sees the letter all the same. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** `U+202A`, `0x202A`, `202A`, or the letter itself. */
function codePoint(text: string): number {
  const hex = /^(?:U\+|0x|\\u\{?)?([0-9a-fA-F]{2,6})\}?$/i.exec(text)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const code = [...text].length === 1 ? text.codePointAt(0) : undefined;
  if (code === undefined) throw new NotUnderstood(`no_codepoints: ${JSON.stringify(text)} is no code point`);
  return code;
}
