import { plainLine } from '../../kernel/plainText.ts';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import { KINDS } from '../../schema/kube.ts';
import {
  type ChangeRecord,
  type DecisionSpec,
  type DecisionStatus,
  FINAL,
  type Origin,
  type VerdictRecord,
  type Verification,
} from '../../schema/records.ts';
import { answerLines } from './answers.ts';
import { whatOf } from './decisions.ts';
import { familyLines } from './family.ts';
import type { AskingFlags } from './flags.ts';
import { EXIT, type Io, print } from './io.ts';
import { parseService } from './service.ts';
import { openGoverned, trouble } from './session.ts';

export async function why(io: Io, name: string, flags: AskingFlags): Promise<number> {
  const wanted = parseService(name);
  if (!wanted.ok) {
    const form = 'write namespace/name, such as shop/web-k3v9x0a1b2';
    io.err(`fairlead: "${name}" is no decision: ${form}; fairlead decisions lists them\n`);
    return EXIT.usage;
  }
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const found = await session.cluster.reader.get(KINDS.Decision, wanted.value.namespace, wanted.value.name);
  if (!found.ok) {
    io.err(`fairlead: ${trouble(session, 'the decision cannot be read', found.error)}\n`);
    return EXIT.failed;
  }
  if (found.value === undefined) {
    io.err(`fairlead: there is no decision ${name}; fairlead decisions ${wanted.value.namespace}/ lists them\n`);
    return EXIT.failed;
  }
  const decision = found.value as DecisionObject;
  const { reader } = session.cluster;
  const answers = await answerLines(reader, decision);
  const family = await familyLines(reader, decision, originWords);
  print(io, flags.output, decision, () => `${[...told(decision), ...answers, ...family].join('\n')}\n`);
  return EXIT.ok;
}

const clock = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 19);

const WIDEST = 1_000;

/** Each line is one line: no words in it can pass for a line of ours, or draw. Indentation is ours. */
export const told = (decision: DecisionObject): string[] =>
  tell(decision).map((line) => (/^ */.exec(line)?.[0] ?? '') + plainLine(line, WIDEST));

/**
 * The whole path of a decision in words, oldest first. Everything a model wrote is quoted and named as its words. The spec is
 * what its writer says, the controller or whoever has its token; the status is the executor's, whom alone the API server lets
 * write it.
 */
export function tell(decision: DecisionObject): string[] {
  const { spec, status } = decision;
  const head = `${decision.metadata.namespace}/${decision.metadata.name}: ${whatOf(decision)} on ${spec.target.namespace}/${spec.target.name}`;
  const asked = [
    ...askedLines(spec),
    '',
    `Judged when asked, by ${writerOf(spec)}: carries no authority`,
    ...verdictLines(spec.verdict),
  ];
  if (status === undefined) return [head, '  Pending: the executor has not looked at it yet', '', ...asked];
  return [
    head,
    `  ${status.phase} (${status.reason}): ${status.message}`,
    '',
    ...asked,
    ...(status.verdict ? ['', 'Judged again by the executor, which decides', ...verdictLines(status.verdict)] : []),
    ...(status.changes.length > 0 ? ['', 'Done', ...status.changes.map(changeLine)] : []),
    ...outcomeLines(status),
    '',
    'Path',
    ...status.history.map((h) => `  ${clock(h.at)}  ${h.phase.padEnd(16)} ${h.reason}`),
  ];
}

function askedLines(spec: DecisionSpec): string[] {
  const { origin, blueprint } = spec;
  return [
    `Asked, ${asSaid(spec)}`,
    `  by ${spec.requester.kind} ${spec.requester.name}, under blueprint ${blueprint.name} ${blueprint.version} (${blueprint.hash.slice(0, 12)})`,
    `  ${originWords(origin)}`,
    ...(spec.rationale ? [`  in the requester's words (checked by nobody): "${oneLine(spec.rationale)}"`] : []),
    ...(spec.objection ? [`  the model objected: "${oneLine(spec.objection)}"`] : []),
    ...spec.evidence.map((line) => `  seen: ${line}`),
    ...briefLines(spec),
  ];
}

/** Who writes such a Decision. That a person asked is the gateway's to say; the API server refuses it of others. */
const writerOf = ({ requester }: DecisionSpec): string =>
  requester.kind === 'person' ? 'the gateway' : 'the controller';

const asSaid = (spec: DecisionSpec): string =>
  `as ${writerOf(spec)} says${spec.requester.kind === 'person' ? '' : ' (checked by nobody)'}`;

/** What was computed for whoever decides, and a model's words where it says so. */
function briefLines(spec: DecisionSpec): string[] {
  const { brief, briefBy } = spec;
  if (brief === undefined) return [];
  const lines = brief.split('\n').map((line) => `  ${oneLine(line)}`);
  return ['', `Brief, ${asSaid(spec)}`, ...(briefBy === undefined ? [] : [`  ${originWords(briefBy)}`]), ...lines];
}

/** Who concluded it and at what cost; of rules, why no model did. */
export function originWords(origin: Origin): string {
  if (origin.role === 'person') return `by hand${origin.note ? `, through ${oneLine(origin.note)}` : ''}`;
  if (origin.prompt === '') {
    return `${origin.role}: ${origin.model} (rules, not a model)${origin.note ? `: ${oneLine(origin.note)}` : ''}`;
  }
  const cached = origin.cachedTokens ? ` (${origin.cachedTokens} cached)` : '';
  const cost = origin.cost === undefined ? '' : `, cost ${costText(origin.cost)} at the configured prices`;
  const read = origin.read.length > 0 ? `, read ${origin.read.join(', ')}` : '';
  const tokens = `${origin.promptTokens}${cached} + ${origin.completionTokens} tokens`;
  return `${origin.role}: prompt ${origin.prompt}, model ${origin.model}, ${origin.steps} steps, ${tokens}${cost}, ${origin.seconds.toFixed(1)} s${read}`;
}

/** Three digits that say something, and never an exponent. */
const costText = (cost: number): string =>
  cost === 0 ? '0' : cost >= 1 ? cost.toFixed(2) : cost.toFixed(Math.min(9, 2 - Math.floor(Math.log10(cost))));

function changeLine(change: ChangeRecord): string {
  const applied = change.appliedAt === undefined ? 'not confirmed' : `written ${clock(change.appliedAt)}`;
  return `  ${change.undo ? 'undo, ' : ''}${change.kind} ${change.before || 'none'} to ${change.after || 'none'}: intent ${clock(change.intentAt)}, ${applied} (change ${change.id}, log ${change.log.slice(0, 12)})`;
}

/** What the checks said of the change; once it is being undone they are those that it failed, and the undo has a line of its own. */
function outcomeLines({ phase, message, changes, verification, failure }: DecisionStatus): string[] {
  if (verification === undefined) return [];
  const isUndone = changes.findLast(({ appliedAt }) => appliedAt !== undefined)?.undo === true;
  if (!isUndone) {
    const words = verification.message ? `, ${verification.message}` : '';
    const state = verification.outcome ?? `${verification.phase}, not ended`;
    return ['', `Verified: ${state}${words}`, ...checkLines(verification.checks)];
  }
  const failed = failure && [`Verified: fail, ${failure.message}`, ...checkLines(failure.checks ?? [])];
  return ['', ...(failed ?? []), `Undo: ${FINAL.has(phase) ? message : 'written, waiting for it to take effect'}`];
}

const checkLines = (checks: Verification['checks']): string[] =>
  checks.map((c) => `  ${c.outcome.padEnd(12)} ${c.name}${c.critical ? ' (critical)' : ''}: ${c.message}`);

function verdictLines(verdict: VerdictRecord): string[] {
  const wait = verdict.wait
    ? `, must wait ${verdict.wait.until === undefined ? 'until it clears' : `until ${clock(verdict.wait.until)}`}`
    : '';
  const who = verdict.approvers.length > 0 ? `, approvers: ${verdict.approvers.join(', ')}` : '';
  return [
    `  ${verdict.operation}: ${verdict.authority}${wait}${who}`,
    ...verdict.findings.map((f) => `    ${f.effect.padEnd(8)} ${f.rule.padEnd(4)} ${f.code}: ${f.message}`),
  ];
}

const oneLine = (text: string): string => plainLine(text, 600);
