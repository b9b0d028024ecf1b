import canonicalize from 'canonicalize';
import type { Vote } from '../schema/vote.ts';
import type { SigningKey, TrustedKeys } from './keys.ts';

export type Ballot = Omit<Vote, 'key' | 'signature'>;

/** What the signature covers: the whole vote but the signature itself, and what the vote is for. */
const statement = (ballot: Ballot, key: string): string =>
  canonicalize({ kind: 'fairlead.dev/vote', key, ...ballot }) ?? '';

/** A person's vote, signed for by the gateway that knows who they are. */
export function castVote(ballot: Ballot, key: SigningKey): Vote {
  return { ...ballot, key: key.id, signature: key.sign(statement(ballot, key.id)) };
}

/** Whether a trusted gateway signed exactly this vote for exactly this digest. */
export function isGenuine(vote: Vote, digest: string, keys: TrustedKeys): boolean {
  const { key, signature, ...ballot } = vote;
  return ballot.digest === digest && keys.verify(key, statement(ballot, key), signature);
}
