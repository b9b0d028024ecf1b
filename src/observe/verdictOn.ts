import { decide } from '../policy/decide.ts';
import type { Wanted } from '../schema/change.ts';
import type { Verdict } from '../schema/verdict.ts';
import { gateInput } from './gateInput.ts';
import type { ServiceView } from './serviceView.ts';

/** A change that nobody has asked for. */
export interface Imagined {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Absent where no code could carry it out. */
  readonly wanted?: Wanted | undefined;
}

/** What the gate would say to an agent that asked for this now; undefined without a blueprint, which nothing can pass. */
export function verdictOn(
  view: ServiceView,
  { tool, args, wanted }: Imagined,
  facts: { readonly now: number; readonly ownNamespace: string },
): Verdict | undefined {
  const { blueprint } = view;
  if (blueprint === undefined) return undefined;
  const request = {
    id: 'imagined',
    tool,
    effect: 'change' as const,
    args,
    ...(wanted !== undefined && { wanted }),
    target: blueprint.target,
    requester: { kind: 'agent' as const, name: 'analysis' },
  };
  return decide(gateInput(view, request, facts)).verdict;
}

/** A scale to so many replicas, as no one asked for it. */
export const scaleTo = (replicas: number): Imagined => ({
  tool: 'scale',
  args: { replicas },
  wanted: { kind: 'scale', replicas },
});
