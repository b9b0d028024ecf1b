import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** The gateway's half: whoever holds it can speak for people. Ed25519 (RFC 8032). */
export interface SigningKey {
  readonly id: string;
  /** base64url. */
  sign(text: string): string;
}

/** The executor's half: which signatures count. A key that was taken out takes its votes with it. */
export interface TrustedKeys {
  /** Whether the key of this id is trusted and made this signature. Never throws. */
  verify(key: string, text: string, signature: string): boolean;
}

/** A new private key, PKCS #8 PEM. */
export const newSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Throws when the text is no Ed25519 private key. */
export function signingKey(pem: string): SigningKey {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the signing key is not an Ed25519 key');
  return {
    id: idOf(createPublicKey(key)),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}

/** SPKI PEM, for those who check. */
export const publicKeyOf = (privatePem: string): string =>
  createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString();

/** Throws when one of the texts is no Ed25519 public key. */
export function trustedKeys(publicPems: readonly string[]): TrustedKeys {
  const keys = new Map(
    publicPems.map((pem) => {
      const key = createPublicKey(pem);
      if (key.asymmetricKeyType !== 'ed25519') throw new Error('a trusted key is not an Ed25519 key');
      return [idOf(key), key] as const;
    }),
  );
  return {
    verify(id, text, signature) {
      const key = keys.get(id);
      if (key === undefined) return false;
      try {
        return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
      } catch {
        return false;
      }
    },
  };
}

/** A key is named by its own hash, so that no name can be given to another key. */
const idOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
