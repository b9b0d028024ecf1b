import picocolors from 'picocolors';
import { clockTime } from '../../../kernel/instant.ts';
import type { Journal } from '../../../ports/journal.ts';
import { headline } from '../../../schema/headline.ts';
import type { JournalEntry } from '../../../schema/journal.ts';
import type { Request } from '../../../schema/request.ts';
import type { Verdict } from '../../../schema/verdict.ts';
import type { Vote } from '../../../schema/vote.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * Tells a journal's entries as they are written, one line or a few each. What is told is what is on record: there is no
 * second account of events.
 */
export class Narrator {
  readonly #out: (text: string) => void;
  readonly #now: () => number;
  readonly #colors: Colors;
  readonly #lines: LinesOf;
  readonly #format: Format;

  constructor(options: NarratorOptions) {
    this.#out = options.out;
    this.#now = options.now;
    this.#colors = picocolors.createColors(options.color);
    this.#lines = options.lines ?? ((_, entry) => linesOf(entry));
    this.#format = options.format ?? ((role, line) => this.#oneLine(role, line));
  }

  /**
   * The same journal, told while it is written. An entry that could not be written is not told as if it had been.
   * `after` runs once an entry was told: a pause for people who follow.
   */
  over(journal: Journal, role: string, after?: () => Promise<void>): Journal {
    return {
      append: async (entry) => {
        const done = await journal.append(entry);
        if (done.ok && this.tell(role, entry)) await after?.();
        return done;
      },
      head: () => journal.head(),
      close: () => journal.close(),
    };
  }

  /** False when the entry has nothing to tell. */
  tell(role: string, entry: JournalEntry): boolean {
    const lines = this.#lines(role, entry);
    for (const [word, text] of lines) this.#out(`${this.#format(role, [word, printable(text)])}\n`);
    return lines.length > 0;
  }

  #oneLine(role: string, [word, text]: Line): string {
    const { dim } = this.#colors;
    return `${dim(clockTime(this.#now()))} ${dim(role.padEnd(10))} ${this.#paint(word)(word.padEnd(9))} ${text}`;
  }

  #paint(word: string): (text: string) => string {
    const { bold, red, yellow, green, dim } = this.#colors;
    if (word === 'finding') return dim;
    if (word === 'alert') return red;
    if (word === 'held' || word === 'waits') return yellow;
    if (word === 'applied' || word === 'verified') return green;
    return bold;
  }
}

// Control, zero-width and bidirectional characters: words of others must not draw on the terminal.
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 400);

export type Line = readonly [word: string, text: string];
export type LinesOf = (role: string, entry: JournalEntry) => readonly Line[];
type Format = (role: string, line: Line) => string;

interface NarratorOptions {
  readonly out: (text: string) => void;
  readonly now: () => number;
  readonly color: boolean;
  /** What an entry has to tell; by default all of it. */
  readonly lines?: LinesOf;
  /** How a line looks, without its newline; by default one line with time, role and word. */
  readonly format?: Format;
}

export function linesOf({ kind, subject, data }: JournalEntry): readonly Line[] {
  switch (kind) {
    case 'observed':
      return [
        ['seen', `${data['service']}: ${(data['evidence'] as string[])[0] ?? 'no signal'}`],
        ...(data['evidence'] as string[]).slice(1).map((line): Line => ['', line]),
      ];
    case 'model': {
      const calls = (data['calls'] as { name: string; arguments: string }[]).map((c) => `${c.name} ${c.arguments}`);
      if (data['outcome'] === 'failed') return [['model', `no answer: ${String(data['error'])}`]];
      const said = calls.length > 0 ? calls.join('; ') : data['content'];
      return [['model', `answers (${data['promptTokens']} + ${data['completionTokens']} tokens): ${String(said)}`]];
    }
    case 'call':
      return [
        ...callLines(data['input'] as { request: Request }, data['verdict'] as Verdict),
        ...((data['alternatives'] ?? []) as string[]).map((line): Line => ['instead', line]),
      ];
    case 'said':
      return saidLines(data);
    case 'held':
      return [['held', String(data['words'])]];
    case 'intent':
      return [['writes', `${subject}: ${data['did']}`]];
    case 'applied':
      return [['applied', `${subject}: change ${data['changeId']} is in the cluster`]];
    case 'verified':
      return verifiedLines(data);
    case 'phase':
      return [['phase', `${subject}: ${data['phase']} (${data['reason']}): ${data['message']}`]];
    case 'alert':
      return [['alert', `${data['code']}: ${data['message']}`]];
    case 'hold':
      return [['waits', `${subject}: a hold was seen just before the write`]];
    case 'blueprint':
      return [
        [
          'blueprint',
          `${data['namespace']}/${data['name']} ${data['version'] ?? ''}: ${data['accepted'] === true ? 'accepted' : 'refused'}`,
        ],
      ];
    case 'vote':
      return [['vote', voteWords(data)]];
    case 'raise':
      return [['raise', raiseWords(data)]];
    case 'allowance':
      return [['allowance', `${data['blueprint']}: ${data['allowance'] ?? 'none any more'}`]];
    case 'access':
      return [['access', `${data['who']}: ${data['what']}`]];
    case 'opened':
    case 'torn':
    case 'sealed':
    case 'continued':
    case 'dropped':
      return [];
  }
}

/** `alice approves shop/web-1 once: quiet night`. */
export function voteWords(data: JournalEntry['data']): string {
  const { by, vote, choice, comment } = data['vote'] as Vote;
  const lasting = choice === 'update_blueprint' ? ' and raises the blueprint' : ' once';
  const answer = vote === 'reject' ? `rejects ${data['request']}` : `approves ${data['request']}${lasting}`;
  return `${by} ${answer}${comment === undefined ? '' : `: ${comment}`}`;
}

/** `shop/web: max_replicas 5 to 6, version 1.0.0 to 1.1.0`. */
export function raiseWords(data: JournalEntry['data']): string {
  const version = data['version'] as { from: string; to: string };
  return `${data['blueprint']}: max_replicas ${data['from']} to ${data['to']}, version ${version.from} to ${version.to}`;
}

/** An agent's conclusion, in its words where it has some; the rules' are what was seen already. */
function saidLines({ role, about, words, draft, origin }: JournalEntry['data']): Line[] {
  const { note, prompt } = origin as { note?: string; prompt: string };
  const by = prompt === '' ? `rules, not a model${note === undefined ? '' : ` (${note})`}` : prompt;
  const drafted = draft === undefined ? '' : '; a checked draft stands in the journal';
  return [['said', `${role} on ${about}, by ${by}: ${words ?? 'what was computed stands for itself'}${drafted}`]];
}

function callLines({ request }: { request: Request }, verdict: Verdict): Line[] {
  const what = request.wanted?.kind === 'scale' ? `${request.tool} to ${request.wanted.replicas}` : request.tool;
  const who = request.requester.name;
  const { namespace, name } = request.target;
  const of = name === '' ? 'no service in particular' : `${namespace}/${name}`;
  return [
    [request.effect === 'read' ? 'reads' : 'judged', `${of}: ${what}, by ${who}: ${headline(verdict)}`],
    ...(request.effect === 'read' && verdict.authority === 'allowed'
      ? []
      : verdict.findings.map(
          (f): Line => ['finding', `${f.effect.padEnd(8)} ${f.rule.padEnd(3)} ${f.code}: ${f.message}`],
        )),
  ];
}

function verifiedLines(data: Record<string, unknown>): Line[] {
  const checks = (data['checks'] ?? []) as { name: string; outcome: string; message: string }[];
  return [
    ['verified', `${data['changeId']}: ${data['outcome']}${data['message'] ? `, ${data['message']}` : ''}`],
    ...checks.map((c): Line => ['', `${c.outcome} ${c.name}: ${c.message}`]),
  ];
}
