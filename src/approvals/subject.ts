import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';

/**
 * SHA-256 (hex) over the canonical JSON (RFC 8785) of all that a vote is for: which cluster, which request (by UID, so that
 * a copy is another one), whose wish, which change of which object from which value, under which blueprint, by whom asked,
 * who may approve and how many, and until when. One letter of it changed is another digest, and no vote for it.
 *
 * `cluster` is the UID of the namespace kube-system. Undefined when the object is no readable ApprovalRequest.
 */
export function digestOf(cluster: string, request: KubeObject): string | undefined {
  const spec = ApprovalRequestSpec.safeParse(request.spec);
  const { namespace, name, uid } = request.metadata;
  if (!spec.success || uid === undefined || cluster === '') return undefined;
  const { why: _, ...bound } = spec.data;
  const subject = { cluster, request: { namespace: namespace ?? '', name, uid }, ...bound };
  return createHash('sha256')
    .update(canonicalize(subject) ?? '')
    .digest('hex');
}
