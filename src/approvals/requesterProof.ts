import canonicalize from 'canonicalize';
import type { KubeObject } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import type { SigningKey } from './keys.ts';
import type { Trust } from './tally.ts';

/** From the signature to the Decision's creation by the API server; both clocks may be off by some of it. */
const FRESH_MS = 120_000;

type Asked = Pick<DecisionSpec, 'tool' | 'arguments' | 'target' | 'requester' | 'blueprint'>;
export type RequesterProof = NonNullable<DecisionSpec['proof']>;

/** Who asked for what, where and when: a signature for one Decision's name is good for no other, and not for later. */
const statement = (
  cluster: string,
  where: { readonly namespace: string; readonly name: string },
  { tool, arguments: args, target, requester, blueprint }: Asked,
  at: string,
): string =>
  canonicalize({
    kind: 'fairlead.dev/request',
    cluster,
    ...where,
    tool,
    arguments: args,
    target,
    requester,
    blueprint: blueprint.name,
    at,
  }) ?? '';

/** The gateway's word that the person named as requester was logged in and asked for exactly this. */
export const proveRequester = (
  cluster: string,
  where: { readonly namespace: string; readonly name: string },
  asked: Asked,
  at: string,
  key: SigningKey,
): RequesterProof => ({ at, key: key.id, signature: key.sign(statement(cluster, where, asked, at)) });

/** Whether a person asked for this Decision. Without it a request is judged as an agent's, which is stricter. */
export function isFromPerson(decision: KubeObject, spec: DecisionSpec, { keys, cluster }: Trust): boolean {
  const { proof, requester } = spec;
  const { namespace = '', name, creationTimestamp = '' } = decision.metadata;
  if (proof === undefined || requester.kind !== 'person' || cluster === '') return false;
  const age = Math.abs(Date.parse(creationTimestamp) - Date.parse(proof.at));
  if (!(age <= FRESH_MS)) return false;
  return keys.verify(proof.key, statement(cluster, { namespace, name }, spec, proof.at), proof.signature);
}
