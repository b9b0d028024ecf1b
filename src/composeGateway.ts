import { signingKey, trustedKeys } from './approvals/keys.ts';
import type { Trust } from './approvals/tally.ts';
import type { Wiring } from './compose.ts';
import type { GatewayDeps } from './gateway/deps.ts';
import { Turns } from './gateway/turns.ts';
import { err, ok, type Result } from './kernel/result.ts';
import type { Observer } from './observe/observer.ts';
import type { BlueprintFiles } from './ports/blueprintFiles.ts';
import type { ClusterReader } from './ports/cluster.ts';
import type { Journal } from './ports/journal.ts';
import type { JournalFiles } from './ports/journalFiles.ts';
import { KINDS } from './schema/kube.ts';

export interface GatewayParts {
  readonly observer: Observer;
  readonly journal: Journal;
  /** PKCS #8 PEM: whoever holds it speaks for people. */
  readonly privatePem: string;
  readonly trust: Trust;
  readonly files?: BlueprintFiles;
  readonly journals?: JournalFiles;
}

/** The gateway is handed the key that signs for people, and no port that writes to a workload. */
export function composeGateway(wiring: Wiring, parts: GatewayParts): GatewayDeps {
  const { reader, records, clock, ids, log, ownNamespace } = wiring;
  const { observer, journal, privatePem, trust, files, journals } = parts;
  const key = signingKey(privatePem);
  const held = { ...(files && { files }), ...(journals && { journals }) };
  const turns = new Turns(clock);
  return { observer, reader, records, journal, clock, ids, log, ownNamespace, key, trust, turns, ...held };
}

/**
 * Whose signatures count in this cluster. The cluster is known by the UID of its namespace kube-system, which outlives
 * everything else in it: without it no vote can be told from one of another cluster.
 */
export async function trustIn(reader: ClusterReader, publicPems: readonly string[]): Promise<Result<Trust, string>> {
  const found = await reader.get(KINDS.Namespace, undefined, 'kube-system');
  if (!found.ok)
    return err(`the namespace kube-system cannot be read, by whose uid a cluster is known: ${found.error.message}`);
  const cluster = found.value?.metadata.uid;
  if (cluster === undefined) return err('there is no namespace kube-system, by whose uid a cluster is known');
  try {
    return ok({ keys: trustedKeys(publicPems), cluster });
  } catch (error) {
    return err(`a public key cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}
