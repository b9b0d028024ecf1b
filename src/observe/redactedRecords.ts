import { redactDeep } from '../kernel/redact.ts';
import type { RecordWriter } from '../ports/cluster.ts';
import { KINDS, type Kind, type KubeObject } from '../schema/kube.ts';

/** Words of models, of the cluster and of endpoints stand in these. Others are counters, votes and people's own texts. */
const WORDS: ReadonlySet<string> = new Set([KINDS.Decision.kind, KINDS.ApprovalRequest.kind, KINDS.Event.kind]);

/**
 * A writer of records into which no known secret and nothing like one goes, whatever an error, a signal or a model said:
 * what stands in the cluster is read by more people than the secret was meant for. Names and labels stay as they are, and so
 * does the text of a blueprint's version, whose hash must hold.
 */
export function redactedRecords(records: RecordWriter, secrets: readonly string[] = []): RecordWriter {
  const clean = (kind: Kind, { metadata, ...rest }: KubeObject): KubeObject =>
    WORDS.has(kind.kind) ? { ...redactDeep(rest, secrets), metadata } : { ...rest, metadata };
  const cleanStatus = (object: KubeObject): KubeObject =>
    object.status === undefined ? object : { ...object, status: redactDeep(object.status, secrets) };
  return {
    create: (kind, object) => records.create(kind, clean(kind, object)),
    replace: (kind, object) => records.replace(kind, clean(kind, object)),
    replaceStatus: (kind, object) => records.replaceStatus(kind, cleanStatus(object)),
    delete: (kind, namespace, name) => records.delete(kind, namespace, name),
  };
}
