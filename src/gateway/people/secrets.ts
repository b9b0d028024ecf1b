import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits from the system, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const digestOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What a page sends back with every change. Bound to its session, so that it needs no place of its own. */
export const csrfOf = (session: string): string => createHash('sha256').update(`csrf ${session}`).digest('base64url');

export function sameText(a: string, b: string): boolean {
  const [left, right] = [createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest()];
  return timingSafeEqual(left, right);
}
