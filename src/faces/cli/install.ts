import { stringify } from 'yaml';
import { crds } from '../../schema/crds.ts';
import { EXIT, type Io } from './io.ts';

export async function install(io: Io, flags: { crds?: boolean }): Promise<number> {
  if (flags.crds !== true) {
    io.err(
      'fairlead: install prints the custom resource definitions with --crds; manifests for the roles are not built yet\n',
    );
    return EXIT.usage;
  }
  io.out(
    crds()
      .map((crd) => stringify(crd, { compat: 'yaml-1.1' }))
      .join('---\n'),
  );
  return EXIT.ok;
}
