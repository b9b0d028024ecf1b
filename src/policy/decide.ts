import { isoInstant } from '../kernel/instant.ts';
import type { Change } from '../schema/change.ts';
import { Permit } from '../schema/permit.ts';
import type { Finding, GateInput, Verdict } from '../schema/verdict.ts';
import { approversOf, authorityOf, waitOf } from './authority.ts';
import { type ChangeFacts, changeFactsOf, type Facts, factsOf } from './facts.ts';
import { forbid } from './finding.ts';
import type { Standing } from './rule.ts';
import { RULES } from './rules.ts';

export interface Decided {
  readonly verdict: Verdict;
  /** Only with an allowed change that need not wait. */
  readonly permit?: Permit;
  /** What rules threw, for the caller to log. Each one has forbidden the request. */
  readonly errors: readonly unknown[];
}

/** A permit is for now: whoever comes later decides again. */
const PERMIT_MS = 30_000;

/**
 * The gate. The same input gives the same verdict, always and everywhere: it sees no clock, no network, no model. Every
 * rule is evaluated and every finding listed. What is not granted is forbidden, what cannot be read is assumed to be at
 * its worst, and a rule that fails forbids.
 */
export function decide(input: GateInput, rules: readonly Standing[] = RULES): Decided {
  const facts = factsOf(input);
  const change = changeFactsOf(facts);
  const findings: Finding[] = [];
  const errors: unknown[] = [];
  for (const standing of rules) {
    try {
      findings.push(...answer(standing, facts, change, findings));
    } catch (error) {
      errors.push(error);
      findings.push(forbid(standing.id, 'RuleFailed', `${standing.id} could not be evaluated, so it forbids`));
    }
  }
  const verdict = verdictOf(facts, change, findings);
  const permit = change === undefined ? undefined : permitFor(verdict, change);
  return { verdict, errors, ...(permit === undefined ? {} : { permit }) };
}

function answer(
  standing: Standing,
  facts: Facts,
  change: ChangeFacts | undefined,
  before: readonly Finding[],
): readonly Finding[] {
  if (standing.binds === 'every call') return standing.rule(facts, before);
  if (change === undefined) return [];
  return change.call === 'undo' && standing.binds !== 'changes, undo too' ? [] : standing.rule(change, before);
}

function verdictOf(facts: Facts, change: ChangeFacts | undefined, findings: readonly Finding[]): Verdict {
  const { blueprint, request } = facts.input;
  const authority = authorityOf(findings, facts.approved);
  const wait = waitOf(findings);
  const step = change?.scale?.step;
  return {
    requestId: request.id,
    operation: facts.operation,
    authority,
    ...(wait === undefined ? {} : { wait }),
    approvers: authority === 'restricted' ? approversOf(findings) : [],
    findings,
    at: facts.now,
    ...(blueprint === undefined
      ? {}
      : { blueprint: { name: blueprint.name, version: blueprint.version, hash: blueprint.hash } }),
    ...(step === undefined || !Number.isInteger(step) ? {} : { step }),
  };
}

function permitFor(verdict: Verdict, facts: ChangeFacts): Permit | undefined {
  const { workload, blueprint, now } = facts;
  if (verdict.authority !== 'allowed' || verdict.wait !== undefined || workload === undefined) return undefined;
  return Permit.issue({
    requestId: verdict.requestId,
    operation: verdict.operation,
    namespace: workload.namespace,
    name: workload.name,
    uid: workload.uid,
    change: changeOf(facts, workload.restartedAt),
    lastChangeText: workload.lastChangeText,
    resourceVersion: workload.resourceVersion,
    hasAnnotations: workload.hasAnnotations,
    hasTemplateAnnotations: workload.hasTemplateAnnotations,
    blueprintHash: blueprint.hash,
    issuedAt: now,
    expiresAt: now + PERMIT_MS,
  });
}

/** The one write. Exactly one of the two kinds: G0 lets nothing else get here. */
function changeOf({ scale, input, now }: ChangeFacts, restartedAt: string | null): Change {
  if (scale !== undefined) return { kind: 'scale', from: scale.from, to: scale.step };
  const { undo } = input.request;
  const to = undo === undefined ? isoInstant(now) : undo.before === '' ? null : undo.before;
  return { kind: 'restart', from: restartedAt, to };
}
