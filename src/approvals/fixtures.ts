import type { KubeObject } from '../schema/kube.ts';
import type { ApprovalRequestSpec } from '../schema/records.ts';

/** For tests: a readable ApprovalRequest. */
export const requestOf = (
  spec: Partial<ApprovalRequestSpec> = {},
  uid = 'uid-1',
  votes: readonly unknown[] = [],
): KubeObject => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'ApprovalRequest',
  metadata: { name: 'web-aaaaaaaaaa', namespace: 'shop', uid },
  spec: {
    decision: 'web-aaaaaaaaaa',
    decisionUid: 'uid-d',
    blueprint: { name: 'web', version: '1.0.0', hash: 'a'.repeat(64) },
    target: { kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'uid-t' },
    operation: 'scale_beyond_limits',
    arguments: { replicas: 15 },
    before: '10 replicas',
    after: '15 replicas',
    why: 'Restricted',
    requester: { kind: 'agent', name: 'decision-engine' },
    approvers: ['devops-team'],
    quorum: 1,
    decideBy: '2026-01-05T00:30:00.000Z',
    ...spec,
  },
  votes,
});
