import type { JournalEntry } from '../../../schema/journal.ts';
import type { Request } from '../../../schema/request.ts';
import type { Finding, Verdict } from '../../../schema/verdict.ts';
import { type Line, raiseWords, voteWords } from '../roles/narrate.ts';
import { seenLines } from './seenLines.ts';

/**
 * Tells a journal's entries in short plain sentences: what was seen, proposed, decided, done and verified. What repeats is
 * folded: a phase that the line before has told, and the executor's own decision where it is the same again. Notes of the
 * gate are told with a refusal or an undo only, unless `verbose`; everything that forbids, restricts or waits is always told.
 */
export class Fold {
  readonly #verbose: boolean;
  /** Verdict of each request as it was first told. */
  readonly #told = new Map<string, string>();
  /** What was said to be the same again: once is enough. */
  readonly #repeated = new Set<string>();
  /** What an intent said it would do, by change. */
  readonly #intents = new Map<string, string>();
  /** Subjects a person was called for. */
  readonly #called = new Set<string>();
  /** What was told last, where that was what is seen. */
  #seen = '';

  constructor(options: { readonly verbose: boolean }) {
    this.#verbose = options.verbose;
  }

  lines(role: string, entry: JournalEntry): readonly Line[] {
    const lines = this.#lines(role, entry);
    if (lines.length === 0) return lines;
    // Several roles that begin at once begin from the same numbers.
    const seen = entry.kind === 'observed' ? JSON.stringify(lines) : '';
    const isRepeated = seen !== '' && seen === this.#seen;
    this.#seen = seen;
    return isRepeated ? [] : lines;
  }

  #lines(role: string, entry: JournalEntry): readonly Line[] {
    const { kind, data } = entry;
    switch (kind) {
      case 'observed':
        return seenLines(String(data['service']), data['evidence'] as readonly string[], this.#verbose);
      case 'model':
        return modelLines(data);
      case 'call':
        return [
          ...this.#call(role, (data['input'] as { request: Request }).request, data['verdict'] as Verdict),
          ...((data['alternatives'] ?? []) as string[]).map((text): Line => ['instead', text]),
        ];
      case 'said':
        return [['says', saidWords(data)]];
      case 'held':
        return [['holds', String(data['words'])]];
      case 'intent':
        this.#intents.set((data['change'] as { id: string }).id, String(data['did']));
        return [];
      case 'applied':
        return [['done', this.#doneWords(entry.subject, String(data['changeId']))]];
      case 'verified':
        return [['verified', `${data['outcome']}: ${plainNames(String(data['message']))}`]];
      case 'phase':
        return data['phase'] === 'Failed' && this.#called.has(entry.subject)
          ? [['failed', `${serviceOf(entry.subject)}: the change stays, and counts as a failure`]]
          : phaseLines(entry);
      case 'alert':
        this.#called.add(entry.subject);
        return data['code'] === 'ForbiddenRequest'
          ? [['alert', `security: ${data['message']}`]]
          : [['alert', `a person is called: ${plainNames(String(data['message']))}`]];
      case 'hold':
        return [['waits', `${entry.subject}: a hold was seen just before the write`]];
      case 'blueprint':
        return [
          [
            'blueprint',
            `${data['name']} ${data['version'] ?? ''}: ${data['accepted'] === true ? 'accepted' : 'refused'}`,
          ],
        ];
      case 'vote':
        return [['vote', voteWords(data)]];
      case 'raise':
        return [['raise', raiseWords(data)]];
      case 'access':
      case 'allowance':
      case 'opened':
      case 'torn':
      case 'sealed':
      case 'continued':
      case 'dropped':
        return [];
    }
  }

  #call(role: string, request: Request, verdict: Verdict): Line[] {
    const asked = askedWords(request);
    if (request.effect === 'read' && verdict.authority === 'allowed') return [['reads', asked]];
    const findings = verdict.findings.filter((finding) => this.#matters(finding, request, verdict));
    const same = `${verdict.authority} ${findings.map(({ code }) => code).join()}`;
    const before = this.#told.get(request.id);
    this.#told.set(request.id, same);
    if (before === same) {
      const repeated = this.#repeated.has(`${role} ${request.id} ${same}`);
      this.#repeated.add(`${role} ${request.id} ${same}`);
      // Nothing comes of what is forbidden: that it is so once more is news to nobody.
      if (repeated || (verdict.authority === 'forbidden' && !this.#verbose)) return [];
      return [['again', `${request.target.name}: the ${role}, on fresh state: the same`]];
    }
    return [
      ...(before === undefined
        ? [['proposed', request.undo === undefined ? `${asked}, by ${request.requester.name}` : asked] as const]
        : []),
      [
        before === undefined ? 'gate' : 'again',
        before === undefined ? decision(verdict) : `${request.target.name}: by now ${decision(verdict)}`,
      ],
      ...findings.map((f): Line => ['', `${f.rule} ${f.code}: ${f.message}`]),
    ];
  }

  #matters(finding: Finding, request: Request, verdict: Verdict): boolean {
    return (
      this.#verbose ||
      finding.effect !== 'note' ||
      finding.code === 'Trial' ||
      verdict.authority === 'forbidden' ||
      request.undo !== undefined
    );
  }

  #doneWords(subject: string, changeId: string): string {
    const service = serviceOf(subject);
    const did = this.#intents.get(changeId) ?? `change ${changeId}`;
    const undo = changeId.endsWith('.undo') ? ' (the undo)' : '';
    return `${service}: ${did}${undo}; recorded first, then written`;
  }
}

/** Decisions are named after their service. */
const serviceOf = (subject: string): string => subject.slice(0, subject.lastIndexOf('-'));

function askedWords({ tool, target, wanted, undo }: Request): string {
  const value = wanted?.kind === 'scale' ? String(wanted.replicas) : '';
  if (undo !== undefined) return `${target.name}: the automatic undo${value && `, back to ${value}`}; nobody is asked`;
  const whole = `${tool}${value && ` to ${value}`}`;
  // A read may be about no service in particular.
  return target.name === '' ? whole : `${target.name}: ${whole}`;
}

function decision({ authority, wait, approvers, findings }: Verdict): string {
  if (authority === 'forbidden') return 'forbidden';
  if (authority === 'restricted') return `restricted: needs approval by ${approvers.join(', ')}`;
  if (wait !== undefined) return 'deferred';
  const step = findings.find(({ rule, effect }) => rule === 'G8' && effect === 'note')?.values;
  return step === undefined ? 'allowed' : `allowed, step ${step['from']} to ${step['step']}`;
}

/** A role at work, and whether a model stood behind it. */
function saidWords({ role, about, words, lines, origin }: JournalEntry['data']): string {
  const by = (origin as { prompt: string }).prompt === '' ? 'rules, not a model' : 'a model';
  const computed = ((lines ?? []) as readonly string[]).slice(0, 3).join('; ');
  return `${role} (${by}) on ${about}: ${plainNames(String(words ?? computed))}`;
}

/** What a model says, in its own words; a hold is told once, with the run's end. */
function modelLines(data: JournalEntry['data']): Line[] {
  if (data['error'] !== undefined) return [['model', `no answer: ${String(data['error'])}`]];
  const calls = ((data['calls'] ?? []) as { name: string; arguments: string }[]).filter(({ name }) => name !== 'hold');
  return calls.map(({ name, arguments: sent }): Line => ['model', `wants ${name}: ${reasonIn(sent)}`]);
}

function reasonIn(sent: string): string {
  try {
    const { reason, ...rest } = JSON.parse(sent) as Record<string, unknown>;
    return typeof reason === 'string' ? `"${reason}"` : JSON.stringify(rest);
  } catch {
    return sent;
  }
}

/** The phases that no other line has told. */
function phaseLines({ subject, data }: JournalEntry): Line[] {
  const service = serviceOf(subject);
  const text = `${service}: ${plainNames(String(data['message']))}`;
  switch (data['phase']) {
    case 'RolledBack':
      return [['undone', text]];
    case 'Failed':
      return [['failed', text]];
    case 'AwaitingApproval':
      return [['waits', text]];
    case 'Superseded':
    case 'Expired':
    case 'Rejected':
    case 'Inconclusive':
      return [['ended', text]];
    default:
      return [];
  }
}

const plainNames = (text: string): string =>
  text
    .replaceAll('latency_p95:', 'p95')
    .replaceAll('error_rate:', 'errors')
    .replaceAll('cpu_utilization:', 'CPU')
    .replaceAll(/ \(before: ([^)]*)\)/g, ' (was $1)');
