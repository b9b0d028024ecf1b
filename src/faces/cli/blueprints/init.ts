import { ok, type Result } from '../../../kernel/result.ts';
import { draftBlueprint } from '../../../schema/blueprint/draft.ts';
import { KINDS } from '../../../schema/kube.ts';
import type { ClusterFlags } from '../flags.ts';
import { EXIT, type Io } from '../io.ts';
import { parseService, type Scope } from '../service.ts';
import { openSession, trouble } from '../session.ts';
import { deploymentIn, readManifest } from './manifest.ts';

const WITHOUT = '  without a cluster: fairlead init -f deployment.yaml drafts from a manifest\n';

/** Prints a draft; it writes nothing, so that a person reads it first. */
export async function init(
  io: Io,
  deployment: string | undefined,
  flags: ClusterFlags & { readonly filename?: string },
): Promise<number> {
  if (flags.filename !== undefined) return fromManifest(io, deployment, flags.filename);
  if (deployment === undefined) {
    io.err('fairlead: name a Deployment that runs, such as shop/web, or its manifest: -f deployment.yaml\n');
    return EXIT.usage;
  }
  const session = await openSession(io, flags);
  if (session === undefined) {
    io.err(WITHOUT);
    return EXIT.failed;
  }
  const wanted = parseService(deployment.includes('/') ? deployment : `${session.cluster.namespace}/${deployment}`);
  if (!wanted.ok) {
    io.err(`fairlead: ${wanted.error}\n`);
    return EXIT.usage;
  }
  const { namespace, name } = wanted.value;
  const found = await session.cluster.reader.get(KINDS.Deployment, namespace, name);
  if (!found.ok) {
    io.err(`fairlead: ${trouble(session, 'the Deployment cannot be read', found.error)}\n${WITHOUT}`);
    return EXIT.failed;
  }
  if (found.value === undefined) {
    io.err(`fairlead: there is no Deployment ${name} in ${namespace}; kubectl get deploy -n ${namespace} lists them\n`);
    return EXIT.failed;
  }
  io.out(draftBlueprint(found.value));
  return EXIT.ok;
}

/** No cluster is asked: what a manifest does not say is said in the draft. */
async function fromManifest(io: Io, deployment: string | undefined, file: string): Promise<number> {
  const wanted = deployment === undefined ? ok({}) : wantedOf(deployment);
  if (!wanted.ok) {
    io.err(`fairlead: ${wanted.error}\n`);
    return EXIT.usage;
  }
  const text = await readManifest(file);
  const found = text.ok ? deploymentIn(text.value, wanted.value) : text;
  if (!found.ok) {
    io.err(`fairlead: ${text.ok ? `${file}: ` : ''}${found.error}\n`);
    return EXIT.failed;
  }
  io.out(draftBlueprint(found.value, 'manifest'));
  return EXIT.ok;
}

/** `web` in any namespace, or `shop/web`. */
function wantedOf(deployment: string): Result<Partial<Scope>, string> {
  if (deployment.includes('/')) return parseService(deployment);
  const named = parseService(`any/${deployment}`);
  return named.ok ? ok({ name: named.value.name }) : named;
}
