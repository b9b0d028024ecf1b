import { gateInput } from '../observe/gateInput.ts';
import { decide } from '../policy/decide.ts';
import { headline } from '../schema/headline.ts';
import type { JudgedCall } from '../schema/judgedCall.ts';
import type { Request } from '../schema/request.ts';
import { alternativeLines, askedAbout, type JudgeDeps, type Judged } from './judge.ts';
import { answerRead, type JudgingRead } from './reads.ts';

/** The typed answer to an agent's call: the data of an allowed read, the gate's yes to a wish, or its refusal with ways out. */
export async function answerCall(deps: JudgeDeps, judged: Judged): Promise<JudgedCall> {
  const { request, verdict, view, alternatives } = judged;
  if (verdict.authority === 'forbidden') return { kind: 'refused', verdict, alternatives };
  if (judged.asksPeople && verdict.authority === 'allowed') {
    return { kind: 'failed', verdict, message: `nobody has to approve this: call ${request.tool} itself` };
  }
  if (request.effect !== 'read') return { kind: 'accepted', verdict };
  const { reader, logs } = deps;
  const context = { views: deps.views(), decisions: deps.decisions(), reader, ...(logs && { logs }) };
  const judging = JUDGING.get(request.tool);
  if (judging !== undefined) return { kind: 'answered', verdict, data: judging(deps, judged) };
  const read = await answerRead(request, view, context);
  return read.ok ? { kind: 'answered', verdict, data: read.value } : { kind: 'failed', verdict, message: read.error };
}

/** As if the operation had been asked for: the same ways out, with the same verdicts. */
function suggested(deps: JudgeDeps, { request, view }: Judged): unknown {
  if (view === undefined) return [];
  const { operation, replicas } = request.args;
  const wanted =
    operation === 'scale' && typeof replicas === 'number' ? { kind: 'scale' as const, replicas } : undefined;
  const refused: Request = {
    ...request,
    tool: String(operation),
    effect: wanted === undefined ? 'unknown' : 'change',
    args: wanted === undefined ? {} : { replicas },
    ...(wanted && { wanted }),
  };
  const { verdict } = decide(gateInput(view, refused, { now: deps.clock.now(), ownNamespace: deps.ownNamespace }));
  return { verdict: headline(verdict), instead: alternativeLines(deps, { request: refused, verdict, view }) };
}

function whatIf(deps: JudgeDeps, judged: Judged): unknown {
  if (judged.view === undefined) return { verdict: 'no blueprint governs that service' };
  const asked = askedAbout(deps, judged);
  if (asked === undefined) return { verdict: 'no such change' };
  const { verdict } = asked;
  return {
    verdict: headline(verdict),
    findings: verdict.findings.filter((f) => f.effect !== 'note').map((f) => f.message),
  };
}

const OF_JUDGING: Readonly<Record<JudgingRead, (deps: JudgeDeps, judged: Judged) => unknown>> = {
  what_if: whatIf,
  suggest_alternatives: suggested,
};
const JUDGING = new Map(Object.entries(OF_JUDGING));
