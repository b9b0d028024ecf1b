import { type Tally, tally, votesOf } from '../approvals/tally.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { gitOpsOwner } from '../observe/workload/owners.ts';
import { RAISED_BY_ANNOTATION } from '../schema/allowance.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';
import { isAskedNow } from './askedNow.ts';
import type { GatewayDeps } from './deps.ts';
import { readDecision } from './views/records.ts';

/** What "approve and raise" would write. */
export interface RaiseOffer {
  readonly from: number;
  readonly to: number;
  readonly version: { readonly from: string; readonly to: string };
  /** Field manager of a GitOps tool that applies the Blueprint: then it is its repository that has to change. */
  readonly ownedBy?: string;
}

/** Undefined: raising is no answer to this request (not a scale beyond the maximum, or above the hard ceiling). */
export function raiseOffer(spec: ApprovalRequestSpec, view: ServiceView): RaiseOffer | undefined {
  const { blueprint, object, faults = [] } = view;
  // A newer version that was refused stands in the object: nothing is built on that.
  if (faults.length > 0) return undefined;
  const to = spec.arguments.replicas;
  if (blueprint === undefined || spec.operation !== 'scale_beyond_limits' || to === undefined) return undefined;
  const from = blueprint.scaling.maxReplicas;
  const ceiling = view.global?.ceilings.maxReplicas;
  if (to <= from || (ceiling !== undefined && to > ceiling)) return undefined;
  const ownedBy = gitOpsOwner(object);
  const version = { from: blueprint.version, to: minorBump(blueprint.version) };
  return { from, to, version, ...(ownedBy === undefined ? {} : { ownedBy }) };
}

export type Raised =
  | { readonly kind: 'raised'; readonly version: string }
  /** Nothing to do: no raise was approved, or it was done already. */
  | { readonly kind: 'none' };

/**
 * Carries out what the approvers chose: the new maximum, exactly the approved value, in a new version that names the vote.
 * Compare-and-swap on the version that was approved: a Blueprint that changed since is left alone and the request is asked
 * anew. Level-based: a gateway that died after the vote does it when it is back.
 */
export async function raiseIfApproved(deps: GatewayDeps, request: KubeObject): Promise<Result<Raised, string>> {
  const spec = ApprovalRequestSpec.safeParse(request.spec);
  if (!spec.success) return ok({ kind: 'none' });
  const votes: Tally = tally(request, deps.trust);
  if (votes.kind !== 'approved' || votes.choice !== 'update_blueprint') return ok({ kind: 'none' });
  const { blueprint, decision } = spec.data;
  const namespace = request.metadata.namespace ?? '';
  const seen = await deps.observer.fresh(namespace, blueprint.name);
  if (!seen.ok) return seen.error.code === 'notFound' ? ok({ kind: 'none' }) : err(seen.error.message);
  if (seen.value.blueprint?.hash !== blueprint.hash) return ok({ kind: 'none' });
  // What nobody may carry out any more is not prepared for either.
  const castAt = Date.parse(votesOf(request).find(({ id }) => id === votes.vote)?.at ?? '');
  const { executeWithinMs } = seen.value.blueprint.approval;
  if (!(deps.clock.now() <= castAt + executeWithinMs)) return ok({ kind: 'none' });
  const found = await deps.reader.get(KINDS.Decision, namespace, decision);
  if (!found.ok) return err(found.error.message);
  const held = found.value && readDecision(found.value);
  if (held === undefined || !isAskedNow(deps, request, spec.data, held, seen.value)) return ok({ kind: 'none' });
  const offer = raiseOffer(spec.data, seen.value);
  if (offer === undefined || offer.ownedBy !== undefined) return ok({ kind: 'none' });
  return write(deps, spec.data, offer, votes.vote, seen.value.object);
}

/** Into the folder where a file holds it, else into the cluster; the journal says so before. */
async function write(
  deps: GatewayDeps,
  { blueprint: { name, hash }, decision }: ApprovalRequestSpec,
  offer: RaiseOffer,
  vote: string,
  object: KubeObject,
): Promise<Result<Raised, string>> {
  const namespace = object.metadata.namespace ?? '';
  const raise = { namespace, name, hash, ...offer };
  const left = await deps.files?.preview?.(raise);
  // What cannot be written is no record either: it is tried again every few seconds.
  if (left?.ok === false) return err(left.error);
  // It stands in the file already: the cluster has it when whoever applies the folder gets to it.
  if (left !== undefined && left.value !== 'absent' && left.value.length === 0) return ok({ kind: 'none' });
  const data = { blueprint: `${namespace}/${name}`, vote, ...offer };
  const logged = await deps.journal.append({ kind: 'raise', subject: decision, data });
  if (!logged.ok) return err(logged.error.message);
  const file = await deps.files?.raise(raise);
  if (file?.ok === false) return err(file.error);
  if (file?.value === 'written') return ok({ kind: 'raised', version: offer.version.to });
  const written = await deps.records.replace(KINDS.Blueprint, raised(object, offer, vote));
  if (!written.ok) return err(written.error.message);
  return ok({ kind: 'raised', version: offer.version.to });
}

/** The Blueprint with the new maximum and version, everything else as it stood. */
function raised(object: KubeObject, offer: RaiseOffer, vote: string): KubeObject {
  const spec = object.spec as { readonly scaling?: object };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [RAISED_BY_ANNOTATION]: vote },
    },
    spec: { ...spec, version: offer.version.to, scaling: { ...spec.scaling, max_replicas: offer.to } },
  };
}

/** `1.4.2` to `1.5.0`: a wider limit is a new minor version. */
export function minorBump(version: string): string {
  const [major = '0', minor = '0'] = version.split(/[.+-]/);
  return `${major}.${Number(minor) + 1}.0`;
}
