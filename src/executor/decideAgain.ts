import { gateInput } from '../observe/gateInput.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { decide } from '../policy/decide.ts';
import type { Permit } from '../schema/permit.ts';
import type { Request } from '../schema/request.ts';
import type { CheckedApproval, GateInput, Verdict } from '../schema/verdict.ts';
import type { Workload } from '../schema/workload.ts';
import type { ExecutorDeps } from './deps.ts';
import type { HeldDecision } from './records/heldDecision.ts';

export interface Judged {
  readonly kind: 'judged';
  readonly view: ServiceView;
  readonly workload: Workload;
  readonly input: GateInput;
  readonly verdict: Verdict;
  readonly permit?: Permit;
  /** The verdict could not be recorded; only an undo goes on from here. */
  readonly unlogged?: string;
}

export type Again =
  | Judged
  | Gone
  /** The state could not be read: nothing is decided, nothing is done. */
  | { readonly kind: 'unreadable'; readonly message: string };

export interface Gone {
  readonly kind: 'gone';
  readonly reason: 'BlueprintGone' | 'TargetGone';
  readonly message: string;
}

/**
 * Decides by itself on state read now, with the same pure function as every other entrance (P2), and records the verdict
 * with the whole input before anything follows from it.
 */
export async function decideAgain(
  deps: ExecutorDeps,
  held: HeldDecision,
  request: Request,
  approval?: CheckedApproval,
): Promise<Again> {
  const seen = await look(deps, held);
  if (seen.kind !== 'seen') return seen;
  const { view, workload } = seen;
  const input = gateInput(view, request, {
    now: deps.clock.now(),
    ownNamespace: deps.ownNamespace,
    ...(approval !== undefined && { approval }),
  });
  const { verdict, permit, errors } = decide(input);
  for (const error of errors) {
    deps.log.error(
      { decision: `${held.namespace}/${held.name}`, error: String(error) },
      'a rule of the gate failed, which forbids',
    );
  }
  const logged = await deps.journal.append({ kind: 'call', subject: held.name, data: { input, verdict } });
  return {
    kind: 'judged',
    view,
    workload,
    input,
    verdict,
    ...(permit !== undefined && { permit }),
    ...(!logged.ok && { unlogged: logged.error.message }),
  };
}

export interface Seen {
  readonly kind: 'seen';
  readonly view: ServiceView;
  readonly workload: Workload;
}

/** Reads the service now. A target under deletion, or another object of the same name, is gone. */
export async function look(
  deps: ExecutorDeps,
  held: HeldDecision,
): Promise<Seen | Gone | { readonly kind: 'unreadable'; readonly message: string }> {
  const { blueprint, target } = held.spec;
  const read = await deps.observer.fresh(held.namespace, blueprint.name);
  if (!read.ok) {
    return read.error.code === 'notFound'
      ? { kind: 'gone', reason: 'BlueprintGone', message: `Blueprint ${blueprint.name} is gone` }
      : { kind: 'unreadable', message: read.error.message };
  }
  const view = read.value;
  const { workload } = view;
  if (workload === undefined || workload.deleting) {
    const how = workload === undefined ? 'does not exist' : 'is being deleted';
    return { kind: 'gone', reason: 'TargetGone', message: `Deployment ${target.name} ${how}` };
  }
  if (target.uid !== undefined && target.uid !== workload.uid) {
    const message = `Deployment ${target.name} is another one now (uid ${workload.uid}, asked for ${target.uid})`;
    return { kind: 'gone', reason: 'TargetGone', message };
  }
  return { kind: 'seen', view, workload };
}
