import { err, ok, type Result } from '../kernel/result.ts';
import { gateInput } from '../observe/gateInput.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { decide } from '../policy/decide.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReader } from '../ports/cluster.ts';
import type { Ids } from '../ports/ids.ts';
import type { Journal } from '../ports/journal.ts';
import type { PodLogs } from '../ports/podLogs.ts';
import type { Wanted } from '../schema/change.ts';
import type { Client } from '../schema/client.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import { headline } from '../schema/headline.ts';
import type { AskedCall } from '../schema/judgedCall.ts';
import type { Request, Requester } from '../schema/request.ts';
import type { GateInput, Verdict } from '../schema/verdict.ts';
import { templateChange } from '../schema/wantedChange.ts';
import type { Workload } from '../schema/workload.ts';
import { alternativesTo } from '../tools/alternatives.ts';
import { TOOLS } from '../tools/catalog.ts';
import { requestApproval, wishedFor } from '../tools/requestApproval.ts';
import { callAskedAbout } from '../tools/whatIf.ts';

export interface JudgeDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly reader: ClusterReader;
  readonly logs?: PodLogs;
  readonly ownNamespace: string;
  views(): readonly ServiceView[];
  decisions(): readonly DecisionObject[];
}

/** What else is known of a call. */
export interface CallFrom {
  /** Of a person's call: on record with it. */
  readonly client?: Client;
  /** Of a wish whose name has to be the same when it is asked again; else a fresh one. */
  readonly id?: string;
}

/** One call with its verdict, on record. */
export interface Judged {
  readonly request: Request;
  readonly verdict: Verdict;
  /** The service the call is about; undefined when no blueprint governs it. */
  readonly view: ServiceView | undefined;
  /** Of a forbidden call: what could be asked for instead, in words, each with its verdict. */
  readonly alternatives: readonly string[];
  /** It asked people for it: then nothing comes of it where nobody has to be asked. */
  readonly asksPeople: boolean;
  /** Head of the journal after the call was recorded. */
  readonly head: string;
}

/**
 * Judges one call, read or change, and records input and verdict before it answers. An unwritable journal is an error: then
 * nothing may be done with the call (P4).
 */
export async function judgeCall(
  deps: JudgeDeps,
  called: AskedCall,
  requester: Requester,
  run: string,
  { client, id }: CallFrom = {},
): Promise<Result<Judged, string>> {
  const asksPeople = isAskingPeople(called);
  const asked = wishIn(called);
  const view = viewOf(deps.views(), asked.target);
  const named = id ?? `${view?.name ?? asked.target.name}-${deps.ids.fresh()}`;
  const { input, ...judged } = judgeOnly(deps, view, asked, { id: named, requester });
  const { verdict } = judged;
  const alternatives = verdict.authority === 'forbidden' ? alternativeLines(deps, judged) : [];
  const data = { input, verdict, ...(alternatives.length > 0 && { alternatives }), ...(client && { client }) };
  const recorded = await deps.journal.append({ kind: 'call', subject: run, data });
  if (!recorded.ok) return err(recorded.error.message);
  return ok({ ...judged, alternatives, asksPeople, head: recorded.value });
}

/** What is judged, whether it is on record or merely asked about: every entrance makes its request of a call here. */
export function judgeOnly(
  deps: Pick<JudgeDeps, 'clock' | 'ownNamespace'>,
  view: ServiceView | undefined,
  { tool, effect, args, wanted, target }: AskedCall,
  { id, requester }: Pick<Request, 'id' | 'requester'>,
): Pick<Judged, 'request' | 'verdict' | 'view'> & { readonly input: GateInput } {
  const workload = view?.workload;
  const request: Request = {
    id,
    tool,
    effect,
    args,
    ...(wanted ? { wanted: resolved(wanted, workload) } : {}),
    target,
    requester,
    ...(workload ? { seen: { uid: workload.uid, replicas: workload.replicas, at: workload.at } } : {}),
  };
  const input = inputFor(deps, view, request, deps.clock.now());
  return { request, verdict: decide(input).verdict, view, input };
}

export const isAskingPeople = ({ tool, effect }: AskedCall): boolean =>
  tool === requestApproval.name && effect === 'change';

/** What approval is asked for is judged as itself: asking for it is no other wish. */
export function wishIn(called: AskedCall): AskedCall {
  if (!isAskingPeople(called)) return called;
  const { tool, args } = wishedFor(called.args);
  return { ...called, tool: tool.name, args };
}

/** "The newest healthy one" is a number from here on: what is approved and carried out is what was judged. */
function resolved(wanted: Wanted, workload: Workload | undefined): Wanted {
  if (wanted.kind !== 'rollback' || wanted.revision !== null || workload === undefined) return wanted;
  const change = templateChange(wanted, workload);
  return change?.kind === 'rollback' ? { ...wanted, revision: change.to.revision } : wanted;
}

function inputFor(
  deps: Pick<JudgeDeps, 'ownNamespace'>,
  view: ServiceView | undefined,
  request: Request,
  now: number,
): GateInput {
  if (view === undefined) return { now, request, matches: 0, admission: false, ownNamespace: deps.ownNamespace };
  const whole = gateInput(view, request, { now, ownNamespace: deps.ownNamespace });
  if (request.effect !== 'read') return whole;
  // A read is judged on who may look at what; numbers decide nothing and would only swell the journal.
  const { workload: _w, assessment: _a, counters: _c, fleet: _f, ...slim } = whole;
  return slim;
}

/**
 * What could be asked for instead, by the same requester: each judged by the same gate and shown only with its verdict. Another
 * number that is forbidden as well is no way out, and is left away. To stop instead of to delete stands there in any case,
 * after what can be done: its verdict says what the blueprint does not grant.
 */
export function alternativeLines(
  deps: Pick<JudgeDeps, 'clock' | 'ownNamespace'>,
  { request, verdict, view }: Pick<Judged, 'request' | 'verdict' | 'view'>,
): string[] {
  if (view === undefined) return [];
  const facts = { now: deps.clock.now(), ownNamespace: deps.ownNamespace };
  const { candidates, advice } = alternativesTo(gateInput(view, request, facts), verdict);
  const judged = candidates.map((candidate) => {
    const { verdict: own } = decide(gateInput(view, candidate, facts));
    const closed = own.authority === 'forbidden';
    return { closed, toZero: candidate.tool === 'scale_to_zero', line: `${wordsFor(candidate)}: ${headline(own)}` };
  });
  return [
    ...judged.flatMap(({ closed, line }) => (closed ? [] : [line])),
    ...advice.map((text) => `${text} (advice only: no code executes it)`),
    ...judged.flatMap(({ closed, toZero, line }) => (closed && toZero ? [line] : [])),
  ];
}

const wordsFor = ({ tool, wanted }: Request): string =>
  wanted?.kind === 'scale' ? (wanted.replicas === 0 ? 'scale_to_zero' : `scale to ${wanted.replicas}`) : tool;

/** The change that a `what_if` is about, judged as if its asker had asked for it. Undefined: there is no such change. */
export function askedAbout(
  deps: Pick<JudgeDeps, 'clock' | 'ownNamespace'>,
  { request, view }: Judged,
): Pick<Judged, 'request' | 'verdict' | 'view'> | undefined {
  const { tool: name, args } = callAskedAbout(request.args);
  const tool = TOOLS.find((t) => t.effect === 'change' && t.name === name);
  if (tool === undefined) return undefined;
  const wanted = tool.wanted(args);
  const asked = { tool: tool.name, effect: 'change', args, ...(wanted && { wanted }), target: request.target } as const;
  return judgeOnly(deps, view, asked, request);
}

/** The service whose target this Deployment is. */
export function viewOf(
  views: readonly ServiceView[],
  target: { readonly namespace: string; readonly name: string },
): ServiceView | undefined {
  return views.find(
    ({ blueprint }) => blueprint?.target.namespace === target.namespace && blueprint.target.name === target.name,
  );
}
