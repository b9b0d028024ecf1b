import { changeTexts } from '../schema/changeText.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { templateChange } from '../schema/wantedChange.ts';
import { wantedOf } from '../schema/wish.ts';
import type { Workload } from '../schema/workload.ts';

/**
 * What is put to the approvers, in words of both sides: what stands there now, and what would. Asked of the same wish again
 * it tells whether the value they were shown still stands.
 */
export function valuesOf(
  wish: Pick<DecisionSpec, 'tool' | 'arguments'>,
  workload: Workload,
): { readonly before: string; readonly after: string } {
  const wanted = wantedOf(wish);
  const template = wanted && templateChange(wanted, workload);
  if (template !== undefined) return changeTexts(template);
  const before = `${workload.replicas} replicas`;
  return { before, after: wanted?.kind === 'scale' ? `${wanted.replicas} replicas` : wish.tool };
}
