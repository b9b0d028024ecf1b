import { createPrivateKey } from 'node:crypto';
import { publicKeyOf, type SigningKey, signingKey, type TrustedKeys, trustedKeys } from '../approvals/keys.ts';
import { proveRequester } from '../approvals/requesterProof.ts';
import { digestOf } from '../approvals/subject.ts';
import type { Trust } from '../approvals/tally.ts';
import { type Ballot, castVote } from '../approvals/vote.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import type { Vote } from '../schema/vote.ts';

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key that is the same in every run, so that a run with a seed repeats to the byte. For tests: anybody can make it. */
export function testKeyPem(name = 'gateway'): string {
  const seed = Buffer.alloc(32, name);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export interface TestPeople {
  readonly key: SigningKey;
  readonly trust: Trust;
  /** The spec with the gateway's word that its requester asked for it; an agent's stays as it is. */
  asked(where: { readonly namespace: string; readonly name: string }, spec: DecisionSpec, at: number): DecisionSpec;
  /** One person's vote for exactly this request. */
  vote(request: KubeObject, by: string, at: number, ballot?: Partial<Ballot>): Vote;
}

/** By the gateway's name. Making one costs more than a whole attack's reads, and thousands are played. */
const KEYS = new Map<string, { readonly key: SigningKey; readonly keys: TrustedKeys }>();

function keysOf(name: string): { readonly key: SigningKey; readonly keys: TrustedKeys } {
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  const pem = testKeyPem(name);
  const made = { key: signingKey(pem), keys: trustedKeys([publicKeyOf(pem)]) };
  KEYS.set(name, made);
  return made;
}

/** People in front of a gateway: they sign with a real key, and an executor with `trust` believes them. */
export function testPeople(cluster = 'test-cluster', name = 'gateway'): TestPeople {
  const { key, keys } = keysOf(name);
  let votes = 0;
  return {
    key,
    trust: { keys, cluster },
    asked(where, spec, at) {
      if (spec.requester.kind !== 'person' || spec.proof !== undefined) return spec;
      return { ...spec, proof: proveRequester(cluster, where, spec, new Date(at).toISOString(), key) };
    },
    vote(request, by, at, ballot = {}) {
      votes += 1;
      return castVote(
        {
          id: `${by}-${votes}`,
          by,
          groups: ['devops-team'],
          vote: 'approve',
          at: new Date(at).toISOString(),
          digest: digestOf(cluster, request) ?? '',
          ...ballot,
        },
        key,
      );
    },
  };
}

/** The people of every test that needs no others. */
export const PEOPLE = testPeople();
