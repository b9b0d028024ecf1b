import type { Ids } from '../ports/ids.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Ids that repeat: the same seed gives the same sequence, byte for byte (mulberry32, not for secrets). */
export function seededIds(seed: number): Ids {
  let state = seed >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const letter = (): string => ALPHABET.charAt(Math.floor(random() * ALPHABET.length));
  return { fresh: () => Array.from({ length: 10 }, letter).join(''), random };
}
