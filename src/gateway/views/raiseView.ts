import type { ServiceView } from '../../observe/serviceView.ts';
import type { ApprovalCard } from '../../schema/api/approvals.ts';
import type { GatewayDeps } from '../deps.ts';
import { raiseOffer } from '../raise.ts';
import { fieldLines, same } from './changeDiff.ts';
import type { RequestRecord } from './records.ts';
import { name } from './told.ts';

/** What "approve and raise" would write, as a diff of the Blueprint, and of the file that keeps it where one does. */
export async function raiseView(
  deps: GatewayDeps,
  { spec, namespace }: RequestRecord,
  view: ServiceView,
): Promise<ApprovalCard['raise']> {
  const offer = raiseOffer(spec, view);
  if (offer === undefined) return undefined;
  const { from, to, version, ownedBy } = offer;
  const { hash } = spec.blueprint;
  const file = await deps.files?.preview?.({ namespace, name: spec.blueprint.name, hash, from, to, version });
  return {
    from: name(version.from),
    to: version.to,
    diff: [
      same('spec:'),
      ...fieldLines('  ', 'version', version.from, version.to),
      same('  scaling:'),
      ...fieldLines('    ', 'max_replicas', String(from), String(to)),
    ],
    ...(ownedBy !== undefined && { ownedBy: name(ownedBy) }),
    ...(file?.ok === true && file.value !== 'absent' && { fileDiff: [...file.value] }),
  };
}
