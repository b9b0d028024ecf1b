import { randomBytes, randomInt } from 'node:crypto';
import type { Ids } from '../../ports/ids.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Ids from the system's random source: about 52 bits each, so that two processes do not collide. */
export const systemIds: Ids = {
  fresh: () => Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  random: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
