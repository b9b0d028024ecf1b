import { isoInstant } from '../kernel/instant.ts';
import type { Change } from '../schema/change.ts';
import { Permit } from '../schema/permit.ts';
import type { Finding, GateInput, Verdict } from '../schema/verdict.ts';
import { approversOf, authorityOf, waitOf } from './authority.ts';
import { type ChangeFacts, changeFactsOf, type Facts, factsOf } from './facts.ts';
import { type Findings, forbid, type Standing } from './rule.ts';
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
    const rule = standing.id;
    try {
      findings.push(...answer(standing, facts, change, findings).map((said) => ({ rule, ...said })));
    } catch (error) {
      errors.push(error);
      findings.push({ rule, ...forbid('RuleFailed', `${rule} could not be evaluated, so it forbids`) });
    }
  }
  const verdict = verdictOf(facts, change, findings);
  const permit = change && permitFor(verdict, change);
  return { verdict, errors, ...(permit && { permit }) };
}

function answer(
  standing: Standing,
  facts: Facts,
  change: ChangeFacts | undefined,
  before: readonly Finding[],
): Findings {
  if (standing.binds === 'every call') return standing.rule(facts);
  if (change === undefined || (facts.call === 'undo' && standing.binds === 'changes')) return [];
  return standing.rule(change, before);
}

function verdictOf(facts: Facts, change: ChangeFacts | undefined, findings: readonly Finding[]): Verdict {
  const { blueprint, request } = facts.input;
  const authority = authorityOf(findings, facts.approved);
  const wait = waitOf(findings);
  const step = change?.scale?.step ?? Number.NaN;
  return {
    requestId: request.id,
    operation: facts.operation,
    authority,
    ...(wait && { wait }),
    approvers: authority === 'restricted' ? approversOf(findings) : [],
    findings,
    at: facts.now,
    ...(blueprint && { blueprint: { name: blueprint.name, version: blueprint.version, hash: blueprint.hash } }),
    ...(Number.isInteger(step) && { step }),
  };
}

function permitFor(verdict: Verdict, facts: ChangeFacts): Permit | undefined {
  if (verdict.authority !== 'allowed' || verdict.wait !== undefined) return undefined;
  const { workload, blueprint, now } = facts;
  return Permit.issue({
    requestId: verdict.requestId,
    operation: verdict.operation,
    namespace: workload.namespace,
    name: workload.name,
    uid: workload.uid,
    change: changeOf(facts),
    lastChangeText: workload.lastChangeText,
    resourceVersion: workload.resourceVersion,
    hasAnnotations: workload.hasAnnotations,
    hasTemplateAnnotations: workload.hasTemplateAnnotations,
    blueprintHash: blueprint.hash,
    issuedAt: now,
    expiresAt: now + PERMIT_MS,
  });
}

/** The one write: of a scale its next step, else a restart; an undo puts back what stood there. */
function changeOf({ scale, template, workload, input, now }: ChangeFacts): Change {
  if (template !== undefined) return template;
  if (scale !== undefined) return { kind: 'scale', from: scale.from, to: scale.step };
  const before = input.request.undo?.before;
  return { kind: 'restart', from: workload.restartedAt, to: before === '' ? null : (before ?? isoInstant(now)) };
}
