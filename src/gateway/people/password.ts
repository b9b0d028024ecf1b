import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's scrypt parameters for 32 MiB: N = 2^15, r = 8, p = 3. */
const COST = { log2N: 15, r: 8, p: 3 } as const;
const BYTES = 32;

/** `scrypt$15$8$3$<salt>$<hash>`: the parameters stand in it, so that they can rise without locking anybody out. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.log2N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether the password is the one that was hashed. Without a hash (no such person) it costs the same and is false, so that
 * time tells nobody which names exist.
 */
export async function passwordMatches(password: string, hashed: string | undefined): Promise<boolean> {
  const stored = hashed === undefined ? undefined : parse(hashed);
  const { cost, salt, hash } = stored ?? { cost: COST, salt: Buffer.alloc(16), hash: Buffer.alloc(BYTES) };
  const derived = await derive(password, salt, cost);
  return derived.length === hash.length && timingSafeEqual(derived, hash) && stored !== undefined;
}

interface Cost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

function parse(text: string): { cost: Cost; salt: Buffer; hash: Buffer } | undefined {
  const [scheme, log2N, r, p, salt, hash] = text.split('$');
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
  const inBounds = cost.log2N >= 14 && cost.log2N <= 18 && cost.r >= 1 && cost.r <= 16 && cost.p >= 1 && cost.p <= 16;
  if (scheme !== 'scrypt' || !inBounds || salt === undefined || hash === undefined) return undefined;
  return { cost, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') };
}

const derive = (password: string, salt: Buffer, { log2N, r, p }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const N = 2 ** log2N;
    // Unicode has several spellings of the same letters; keyboards differ in which they send.
    scrypt(password.normalize('NFKC'), salt, BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
