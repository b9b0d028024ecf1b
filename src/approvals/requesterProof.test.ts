import { describe, expect, it } from 'vitest';
import type { DecisionSpec } from '../schema/records.ts';
import { newSigningKey, publicKeyOf, signingKey, trustedKeys } from './keys.ts';
import { isFromPerson, proveRequester } from './requesterProof.ts';

const CLUSTER = 'uid-kube-system';
const pem = newSigningKey();
const key = signingKey(pem);
const trust = { keys: trustedKeys([publicKeyOf(pem)]), cluster: CLUSTER };
const AT = '2026-01-05T00:00:00.000Z';
const where = { namespace: 'shop', name: 'web-aaaaaaaaaa' };

const asked: DecisionSpec = {
  blueprint: { name: 'web', version: '1.0.0', hash: 'a'.repeat(64) },
  target: { kind: 'Deployment', namespace: 'shop', name: 'web' },
  tool: 'scale',
  operation: 'scale_within_limits',
  arguments: { replicas: 4 },
  requester: { kind: 'person', name: 'alice' },
  rationale: 'sale starts',
  evidence: [],
  origin: {
    role: 'person',
    prompt: '',
    model: '',
    steps: 0,
    promptTokens: 0,
    completionTokens: 0,
    seconds: 0,
    read: [],
    run: '',
  },
  verdict: { operation: 'scale_within_limits', authority: 'allowed', approvers: [], findings: [], at: 0 },
};
const proof = proveRequester(CLUSTER, where, asked, AT, key);
const decision = (over: object = {}) => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Decision',
  metadata: { ...where, creationTimestamp: '2026-01-05T00:00:01Z', ...over },
});

describe("a person's request", () => {
  it('is one with the signature of the gateway', () => {
    expect(isFromPerson(decision(), { ...asked, proof }, trust)).toBe(true);
  });

  it.each<[string, Partial<DecisionSpec>, object]>([
    ['without a signature', {}, {}],
    ['with another number', { proof, arguments: { replicas: 5 } }, {}],
    ['in another name', { proof, requester: { kind: 'person', name: 'bob' } }, {}],
    ['by an agent that borrowed a name', { proof, requester: { kind: 'agent', name: 'alice' } }, {}],
    ['of another service', { proof, target: { kind: 'Deployment', namespace: 'shop', name: 'api' } }, {}],
    ['copied to another Decision', { proof }, { name: 'web-bbbbbbbbbb' }],
    ['copied to another namespace', { proof }, { namespace: 'prod' }],
    ['replayed later under its own name', { proof }, { creationTimestamp: '2026-01-05T00:10:00Z' }],
    ['with a time that is none', { proof: { ...proof, at: 'now' } }, {}],
    ['whose time was changed', { proof: { ...proof, at: '2026-01-05T00:00:02.000Z' } }, {}],
    ['with a key nobody trusts', { proof: { ...proof, key: 'f'.repeat(16) } }, {}],
  ])('is none %s', (_, over, metadata) => {
    expect(isFromPerson(decision(metadata), { ...asked, ...over }, trust)).toBe(false);
  });

  it('is none in another cluster, or where the cluster is unknown', () => {
    for (const cluster of ['uid-other', '']) {
      expect(isFromPerson(decision(), { ...asked, proof }, { ...trust, cluster })).toBe(false);
    }
  });
});
