import type { SigningKey, TrustedKeys } from '../../approvals/keys.ts';
import { newSecret } from './secrets.ts';

/** Signs and checks with the gateway's own key, which all its replicas have. */
export interface DeviceKeys {
  readonly key: SigningKey;
  readonly trust: { readonly keys: TrustedKeys };
}

/** No text that is signed as a vote or a request begins like this one. */
const statement = (name: string, id: string): string => JSON.stringify(['fairlead.dev/device', name, id]);

/**
 * What a browser keeps from a login: that this person was let in with it once. It lets nobody in. Tries from it are counted
 * by itself, so that whoever guesses a name's password from elsewhere cannot keep its owner out.
 */
export function newDevice(name: string, { key }: DeviceKeys): string {
  const id = newSecret();
  return `${id}.${key.sign(statement(name, id))}`;
}

/** The id of the device, if it is one of this person; undefined: it is nobody's, or somebody else's. */
export function deviceOf(kept: string | undefined, name: string, { key, trust }: DeviceKeys): string | undefined {
  const [, id, signature] = /^([\w-]{43})\.([\w-]{86})$/.exec(kept ?? '') ?? [];
  if (id === undefined || signature === undefined) return undefined;
  return trust.keys.verify(key.id, statement(name, id), signature) ? id : undefined;
}
