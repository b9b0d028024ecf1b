import { stringify } from 'yaml';
import { newSigningKey, publicKeyOf } from '../../approvals/keys.ts';
import { accountObjects } from '../../install/accounts.ts';
import { admissionObjects } from '../../install/admission.ts';
import { keyObjects } from '../../install/keyObjects.ts';
import { crds } from '../../schema/crds.ts';
import { EXIT, type Io } from './io.ts';

interface InstallFlags {
  readonly crds?: boolean;
  readonly rights?: boolean;
  readonly keys?: boolean;
  readonly namespace: string;
}

/** Prints, and changes nothing: what is to be in a cluster is read by people first. */
export async function install(io: Io, flags: InstallFlags): Promise<number> {
  const { crds: kinds = false, rights = false, keys = false, namespace } = flags;
  if (!kinds && !rights && !keys) {
    io.err(
      'fairlead: install prints the custom resource definitions with --crds, the accounts of the roles with what the API server lets each do with --rights, and a key for the gateway with --keys; manifests that run them are not built yet\n',
    );
    return EXIT.usage;
  }
  const objects: readonly object[] = [
    ...(kinds ? crds() : []),
    ...(rights ? [...accountObjects(namespace), ...admissionObjects(namespace)] : []),
    ...(keys ? newKeys(namespace) : []),
  ];
  if (keys) {
    io.err('a new key each time: apply it once, and keep it out of files and repositories\n');
  }
  io.out(objects.map((object) => stringify(object, { compat: 'yaml-1.1' })).join('---\n'));
  return EXIT.ok;
}

function newKeys(namespace: string): readonly object[] {
  const privatePem = newSigningKey();
  return keyObjects(namespace, { privatePem, publicPem: publicKeyOf(privatePem) });
}
