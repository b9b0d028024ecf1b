import { Counter, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../../ports/clock.ts';
import type { Journal } from '../../ports/journal.ts';
import { ALERTS, type AlertCode } from '../../schema/alertCodes.ts';
import { CHANGE_KINDS } from '../../schema/change.ts';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import type { JournalEntry } from '../../schema/journal.ts';
import { GRANTABLE, OPERATIONS } from '../../schema/operation.ts';
import { FINAL, type Origin } from '../../schema/records.ts';
import { RULE_IDS, type Verdict } from '../../schema/verdict.ts';
import { among, Bounded, OTHER } from './bounded.ts';
import type { ModelMeters } from './modelMeters.ts';

type Known = Pick<DecisionObject, 'metadata' | 'spec'>;

export interface JournalMeterDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly models: ModelMeters;
  /** A Decision by `namespace/name`, as far as it is known here. */
  readonly decision: (name: string) => Known | undefined;
}

/** Each is counted from 0, since nobody sees a counter rise that begins with 1. That a clock was set has a counter of its own. */
export const CALL_CODES = (Object.keys(ALERTS) as AlertCode[]).filter((code) => code !== 'ClockSet');

const OUTCOMES = ['pass', 'insufficient', 'fail', 'inconclusive', 'error'];
/** Changes whose intent is remembered until it is applied. */
const MOST_INTENTS = 1_000;

/**
 * Counts what goes into a journal. Every proposal, verdict, write and alert passes through it, so that what is counted is
 * what is on record, and nothing that decides or acts knows that it is counted.
 */
export class JournalMeters {
  readonly #deps: JournalMeterDeps;
  readonly #codes = new Bounded(200);
  readonly #alertCodes = new Bounded(100);
  readonly #roles = new Bounded(30);
  readonly #intents = new Map<string, { readonly kind: string; readonly undo: string }>();
  readonly #records: Counter<'role' | 'kind'>;
  readonly #failures: Counter<'role'>;
  readonly #seconds: Histogram<'role'>;
  readonly #verdicts: Counter<'role' | 'operation' | 'verdict' | 'requester'>;
  readonly #findings: Counter<'role' | 'rule' | 'code' | 'effect'>;
  readonly #answers: Counter<'role' | 'by'>;
  readonly #operations: Counter<'operation' | 'outcome'>;
  readonly #operationSeconds: Histogram<'operation'>;
  readonly #changes: Counter<'kind' | 'undo'>;
  readonly #verifications: Counter<'outcome'>;
  readonly #alerts: Counter<'role' | 'code'>;
  readonly #votes: Counter<'vote'>;
  readonly #blueprints: Counter<'accepted'>;

  constructor(deps: JournalMeterDeps) {
    this.#deps = deps;
    const registers = [deps.registry];
    const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
      new Counter({ name, help, labelNames, registers });
    this.#records = counter('fairlead_journal_records_total', 'Records that are on disk, by role and kind.', [
      'role',
      'kind',
    ]);
    this.#failures = counter(
      'fairlead_journal_append_failures_total',
      'Records that could not be written: what they were of was not done, save an undo.',
      ['role'],
    );
    this.#seconds = new Histogram({
      name: 'fairlead_journal_append_seconds',
      help: 'Time until a record was on disk.',
      labelNames: ['role'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10],
      registers,
    });
    this.#verdicts = counter(
      'fairlead_verdicts_total',
      'Verdicts of the gate on record, by the role that asked, operation, verdict and who wanted it. One request is judged several times.',
      ['role', 'operation', 'verdict', 'requester'],
    );
    this.#findings = counter('fairlead_findings_total', 'Findings of the gate on record, by rule, code and effect.', [
      'role',
      'rule',
      'code',
      'effect',
    ]);
    this.#answers = counter(
      'fairlead_agent_answers_total',
      'Answers of the agents by role: of a model, of the rules where there is none, or of the rules instead of a model (fallback).',
      ['role', 'by'],
    );
    this.#operations = counter(
      'fairlead_operations_total',
      'Decisions that came to their end, by operation and outcome.',
      ['operation', 'outcome'],
    );
    this.#operationSeconds = new Histogram({
      name: 'fairlead_operation_seconds',
      help: 'Time from the wish to the end of its Decision, waiting for people included.',
      labelNames: ['operation'],
      buckets: [5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400],
      registers,
    });
    this.#changes = counter('fairlead_changes_applied_total', 'Writes of workloads that are in the cluster.', [
      'kind',
      'undo',
    ]);
    this.#verifications = counter('fairlead_verifications_total', 'Judged changes, by outcome of their checks.', [
      'outcome',
    ]);
    this.#alerts = counter(
      'fairlead_alerts_total',
      'A person was called, by code; the runbook has a section for each.',
      ['role', 'code'],
    );
    this.#votes = counter('fairlead_votes_total', 'Answers of people to approval requests.', ['vote']);
    this.#blueprints = counter('fairlead_blueprint_versions_total', 'Versions of Blueprints that were weighed.', [
      'accepted',
    ]);
    for (const operation of GRANTABLE) {
      for (const outcome of FINAL) this.#operations.inc({ operation, outcome }, 0);
    }
    for (const kind of CHANGE_KINDS) for (const undo of ['true', 'false']) this.#changes.inc({ kind, undo }, 0);
    for (const outcome of OUTCOMES) this.#verifications.inc({ outcome }, 0);
  }

  /** The same journal, counted. A count that fails costs nothing but itself. */
  over(journal: Journal, role: string): Journal {
    this.#failures.inc({ role }, 0);
    for (const code of CALL_CODES) this.#alerts.inc({ role, code }, 0);
    return {
      append: async (entry) => {
        const began = this.#deps.clock.now();
        const done = await journal.append(entry);
        try {
          if (done.ok) this.#count(role, entry);
          else this.#failures.inc({ role });
          this.#seconds.observe({ role }, (this.#deps.clock.now() - began) / 1000);
        } catch {
          // A record of a shape that nobody expected is still a record.
        }
        return done;
      },
      head: () => journal.head(),
      close: () => journal.close(),
    };
  }

  /** An agent's answer, by whom it is worded. */
  answered(origin: Partial<Origin>, role: unknown = origin.role): void {
    const by = origin.prompt !== '' ? 'model' : origin.note === undefined ? 'rules' : 'fallback';
    this.#answers.inc({ role: role === 'rules' ? 'decision-engine' : this.#roles.of(role), by });
  }

  #count(role: string, { kind, data }: JournalEntry): void {
    this.#records.inc({ role, kind });
    this.#counts[kind]?.(role, data);
  }

  readonly #counts: Partial<Record<JournalEntry['kind'], (role: string, data: JournalEntry['data']) => void>> = {
    call: (role, data) => this.#judged(role, data['input'] as Judged, data['verdict'] as Verdict),
    said: (_, data) => this.answered(data['origin'] as Origin, data['role']),
    held: (_, data) => this.answered(data['origin'] as Origin),
    model: (_, data) => this.#asked(data),
    phase: (_, data) => this.#moved(data),
    intent: (_, data) => this.#meant(data['change'] as { id: string; kind: string; undo: boolean }),
    applied: (_, data) => this.#applied(String(data['changeId'])),
    verified: (_, data) => this.#verifications.inc({ outcome: among(OUTCOMES, data['outcome']) }),
    alert: (role, data) => this.#alerts.inc({ role, code: this.#alertCodes.of(data['code']) }),
    vote: (_, data) => this.#votes.inc({ vote: among(['approve', 'reject'], (data['vote'] as { vote: string }).vote) }),
    blueprint: (_, data) => this.#blueprints.inc({ accepted: String(data['accepted'] === true) }),
  };

  #judged(role: string, { request }: Judged, verdict: Verdict): void {
    const waits = verdict.wait !== undefined && verdict.authority === 'allowed';
    this.#verdicts.inc({
      role,
      operation: request.effect === 'read' ? 'read' : among(OPERATIONS, verdict.operation),
      verdict: waits ? 'waits' : verdict.authority,
      requester: request.requester.kind,
    });
    for (const { rule, code, effect } of verdict.findings) {
      this.#findings.inc({ role, rule: among(RULE_IDS, rule), code: this.#codes.of(code), effect });
    }
  }

  #asked({ outcome, error, role = 'decision-engine' }: JournalEntry['data']): void {
    const code = outcome === 'failed' ? String(error).split(':', 1)[0] : undefined;
    if (code === 'paused' || code === 'overBudget') this.#deps.models.notAsked(role, code);
  }

  #moved({ decision, phase }: JournalEntry['data']): void {
    const outcome = [...FINAL].find((final) => final === phase);
    if (outcome === undefined) return;
    const known = this.#deps.decision(String(decision));
    const operation = among(OPERATIONS, known?.spec.operation);
    this.#operations.inc({ operation, outcome });
    const began = Date.parse(known?.metadata.creationTimestamp ?? '');
    if (!Number.isNaN(began)) {
      this.#operationSeconds.observe({ operation }, Math.max(0, this.#deps.clock.now() - began) / 1000);
    }
  }

  #meant({ id, kind, undo }: { id: string; kind: string; undo: boolean }): void {
    const [oldest] = this.#intents.keys();
    if (this.#intents.size >= MOST_INTENTS && oldest !== undefined) this.#intents.delete(oldest);
    this.#intents.set(id, { kind: among(CHANGE_KINDS, kind), undo: String(undo) });
  }

  /** Of an intent from before a restart only the id is known. */
  #applied(id: string): void {
    const { kind, undo } = this.#intents.get(id) ?? { kind: OTHER, undo: OTHER };
    this.#intents.delete(id);
    this.#changes.inc({ kind, undo });
  }
}

interface Judged {
  readonly request: { readonly effect: string; readonly requester: { readonly kind: string } };
}
