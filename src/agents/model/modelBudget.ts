import { err, ok, type Result } from '../../kernel/result.ts';

export interface BudgetLimits {
  /** Prompt and completion tokens of all models, roles and services together, in any hour. */
  readonly tokensPerHour: number;
  /** The same for one service. */
  readonly tokensPerHourAndService: number;
}

/** Some twenty long runs an hour for one service, five such services at once. */
export const DEFAULT_BUDGET: BudgetLimits = { tokensPerHour: 500_000, tokensPerHourAndService: 100_000 };

/** Tokens put aside for one exchange. */
export interface Reservation {
  readonly parts: readonly Minute[];
  readonly tokens: number;
}

interface Minute {
  readonly at: number;
  tokens: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The tokens of the last hour, one object for all roles of a process. An exchange takes what it may need before it is
 * sent and settles for what it used, so that exchanges at the same time cannot pass a limit together. Kept by the minute:
 * small however many exchanges there are.
 */
export class ModelBudget {
  readonly #limits: BudgetLimits;
  #all: Minute[] = [];
  readonly #services = new Map<string, Minute[]>();

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  /** The error is a sentence for records: which limit, and what is spent of it. */
  take(service: string, tokens: number, now: number): Result<Reservation, string> {
    this.#forget(now);
    const own = this.#services.get(service) ?? [];
    const { tokensPerHour, tokensPerHourAndService } = this.#limits;
    const over =
      overWords(sum(this.#all), tokens, tokensPerHour, 'all services together') ??
      overWords(sum(own), tokens, tokensPerHourAndService, service);
    if (over !== undefined) return err(over);
    this.#services.set(service, own);
    const parts = [minuteIn(this.#all, now), minuteIn(own, now)];
    add(parts, tokens);
    return ok({ parts, tokens });
  }

  /** What it came to; more than was put aside counts too. */
  settle({ parts, tokens }: Reservation, used: number): void {
    add(parts, used - tokens);
  }

  /** Tokens spent or put aside in the last hour, of one service or of all. */
  spent(now: number, service?: string): number {
    this.#forget(now);
    return sum(service === undefined ? this.#all : (this.#services.get(service) ?? []));
  }

  #forget(now: number): void {
    const recent = ({ at }: Minute): boolean => at > now - HOUR_MS;
    this.#all = this.#all.filter(recent);
    for (const [service, minutes] of this.#services) {
      const left = minutes.filter(recent);
      if (left.length === 0) this.#services.delete(service);
      else if (left.length < minutes.length) this.#services.set(service, left);
    }
  }
}

const sum = (minutes: readonly Minute[]): number => minutes.reduce((total, { tokens }) => total + tokens, 0);

function add(minutes: readonly Minute[], tokens: number): void {
  for (const minute of minutes) minute.tokens += tokens;
}

/** The minute of `now`, begun when it is a new one. A minute counts until an hour after its end. */
function minuteIn(minutes: Minute[], now: number): Minute {
  const at = Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const last = minutes.at(-1);
  if (last?.at === at) return last;
  const begun = { at, tokens: 0 };
  minutes.push(begun);
  return begun;
}

const overWords = (spent: number, tokens: number, limit: number, whose: string): string | undefined =>
  spent + tokens <= limit
    ? undefined
    : `the hourly tokens of ${whose} are used up: ${spent} of ${limit} spent, the next exchange may need ${tokens}`;
