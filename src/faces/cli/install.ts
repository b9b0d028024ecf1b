import { stringify } from 'yaml';
import { accountObjects } from '../../install/accounts.ts';
import { admissionObjects } from '../../install/admission.ts';
import { crds } from '../../schema/crds.ts';
import { EXIT, type Io } from './io.ts';

interface InstallFlags {
  readonly crds?: boolean;
  readonly rights?: boolean;
  readonly namespace: string;
}

/** Prints, and changes nothing: what is to be in a cluster is read by people first. */
export async function install(
  io: Io,
  { crds: kinds = false, rights = false, namespace }: InstallFlags,
): Promise<number> {
  if (!kinds && !rights) {
    io.err(
      'fairlead: install prints the custom resource definitions with --crds, and the accounts of the roles with what the API server lets each do with --rights; manifests that run them are not built yet\n',
    );
    return EXIT.usage;
  }
  const objects: readonly object[] = [
    ...(kinds ? crds() : []),
    ...(rights ? [...accountObjects(namespace), ...admissionObjects(namespace)] : []),
  ];
  io.out(objects.map((object) => stringify(object, { compat: 'yaml-1.1' })).join('---\n'));
  return EXIT.ok;
}
