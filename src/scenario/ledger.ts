import { DECISION_TOOLS } from '../agents/roles/decisionEngine.ts';
import { parseCall } from '../tools/parseCall.ts';
import { isObject } from './loose.ts';
import type { Seen } from './seen.ts';

/** One entry of the audit as the format counts them. */
export interface LedgerEntry {
  readonly at: number;
  readonly operation: string;
  /** `namespace/name` of the Deployment. */
  readonly target: string;
  readonly outcome: Outcome;
  readonly reason: string;
}
export type Outcome = 'executed' | 'denied' | 'pending_approval' | 'failed' | 'rolled_back' | 'throttled' | 'invalid';

const OF_PHASE: Readonly<Record<string, Outcome>> = {
  Refused: 'denied',
  Rejected: 'denied',
  AwaitingApproval: 'pending_approval',
  Failed: 'failed',
  RolledBack: 'rolled_back',
  Deferred: 'throttled',
};

/**
 * The audit of a run in the format's outcomes, read from the journals; from the Decisions comes only whom each is about.
 * Calls that were refused and kept in the journal alone are entries of their own; what a model wrote that was no call of
 * a tool it was given is `invalid`.
 */
export function ledgerOf(seen: Seen): LedgerEntry[] {
  const about = new Map(
    seen.decisions.map(({ metadata, spec }) => [
      metadata.name,
      { operation: spec.tool, target: `${spec.target.namespace}/${spec.target.name}` },
    ]),
  );
  const runs = new Map<string, string>();
  const applied = new Set<string>();
  const entries: LedgerEntry[] = [];
  for (const { at, kind, subject, data } of seen.journals
    .flatMap(({ records }) => records)
    .sort((a, b) => a.at - b.at)) {
    if (kind === 'observed') runs.set(subject, String(data['service']));
    const decision = about.get(subject);
    const change = String(data['changeId']);
    if (kind === 'applied' && decision !== undefined && !applied.has(change)) {
      // A process that died in between confirms the same change again.
      applied.add(change);
      entries.push({ at, ...decision, outcome: 'executed', reason: change });
    }
    if (kind === 'phase' && decision !== undefined) {
      const outcome = outcomeOf(String(data['phase']), String(data['reason']));
      if (outcome !== undefined) entries.push({ at, ...decision, outcome, reason: String(data['message'] ?? '') });
    }
    if (kind === 'call') entries.push(...refusedCall(at, data, about));
    if (kind === 'model') entries.push(...unreadable(at, data, runs.get(subject) ?? ''));
  }
  return entries;
}

function outcomeOf(phase: string, reason: string): Outcome | undefined {
  return phase === 'Refused' && reason === 'Malformed' ? 'invalid' : OF_PHASE[phase];
}

/** A forbidden call that became no Decision of its own. */
function refusedCall(at: number, data: Record<string, unknown>, about: ReadonlyMap<string, unknown>): LedgerEntry[] {
  const { input, verdict } = data;
  const request = isObject(input) ? input['request'] : undefined;
  if (!isObject(request) || !isObject(verdict) || request['effect'] === 'read') return [];
  if (verdict['authority'] !== 'forbidden' || about.has(String(request['id']))) return [];
  const target = isObject(request['target']) ? request['target'] : {};
  const findings = Array.isArray(verdict['findings']) ? verdict['findings'].filter(isObject) : [];
  const reasons = findings
    .filter(({ effect }) => effect === 'forbid')
    .map(({ code, message }) => `${code}: ${message}`);
  return [
    {
      at,
      operation: String(request['tool']),
      target: `${target['namespace']}/${target['name']}`,
      outcome: 'denied',
      reason: reasons.join('; '),
    },
  ];
}

/** Calls of an exchange that the product's own reader refuses. The run they belong to names the service. */
function unreadable(at: number, data: Record<string, unknown>, target: string): LedgerEntry[] {
  const calls = Array.isArray(data['calls']) ? data['calls'].filter(isObject) : [];
  return calls.flatMap((call) => {
    const operation = String(call['name']);
    const parsed = parseCall(operation, String(call['arguments']), DECISION_TOOLS);
    if (parsed.ok || parsed.unknown) return [];
    return [{ at, operation, target, outcome: 'invalid' as const, reason: parsed.message }];
  });
}
