import { draftBlueprint } from '../../../schema/blueprint/draft.ts';
import { KINDS } from '../../../schema/kube.ts';
import type { ClusterFlags } from '../flags.ts';
import { EXIT, type Io } from '../io.ts';
import { parseService } from '../service.ts';
import { openSession, trouble } from '../session.ts';

/** Prints a draft; it writes nothing, so that a person reads it first. */
export async function init(io: Io, deployment: string, flags: ClusterFlags): Promise<number> {
  const session = await openSession(io, flags);
  if (session === undefined) return EXIT.failed;
  const wanted = parseService(deployment.includes('/') ? deployment : `${session.cluster.namespace}/${deployment}`);
  if (!wanted.ok) {
    io.err(`fairlead: ${wanted.error}\n`);
    return EXIT.usage;
  }
  const { namespace, name } = wanted.value;
  const found = await session.cluster.reader.get(KINDS.Deployment, namespace, name);
  if (!found.ok) {
    io.err(`fairlead: ${trouble(session, 'the Deployment cannot be read', found.error)}\n`);
    return EXIT.failed;
  }
  if (found.value === undefined) {
    io.err(`fairlead: there is no Deployment ${name} in ${namespace}; kubectl get deploy -n ${namespace} lists them\n`);
    return EXIT.failed;
  }
  io.out(draftBlueprint(found.value));
  return EXIT.ok;
}
