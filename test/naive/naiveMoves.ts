import { type Book, type Case, HOUR, MINUTE, SECOND } from './book.ts';
import { podsAreTheEvidence } from './naiveEvidence.ts';

/** G2, G7, G8, G11 and G12: how far, how often and beside what else. */
export function naiveMoves(book: Book, subject: Case): void {
  disruptionBudgets(book, subject);
  rollout(book, subject);
  ceilings(book, subject);
  reversals(book, subject);
  budgets(book, subject);
}

/** `3` or `25%` of the expected pods, rounded up; undefined when it is neither. */
function pods(text: string, expected: number): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^\d+%$/.test(text)) return Math.ceil((Number(text.slice(0, -1)) * expected) / 100);
  return undefined;
}

function disruptionBudgets(book: Book, subject: Case): void {
  if (!subject.disrupts || mendsRollout(subject) || podsAreTheEvidence(subject)) return;
  const expected = subject.wanted ?? subject.workload.replicas;
  const healthy = subject.wanted ?? subject.workload.ready;
  for (const budget of subject.workload.disruptionBudgets) {
    let mustStay: number | undefined;
    if (budget.minAvailable !== undefined) {
      mustStay = pods(budget.minAvailable, expected);
    } else if (budget.maxUnavailable !== undefined) {
      const mayGo = pods(budget.maxUnavailable, expected);
      if (mayGo !== undefined) mustStay = Math.max(0, expected - mayGo);
    }
    if (mustStay === undefined || healthy - mustStay < 1) book.forbid('G2');
  }
}

/** The end value if one write reaches it, else where one write stops (G8). */
function step(subject: Case, wanted: number): number {
  const from = subject.workload.replicas;
  if (subject.approved) return wanted;
  let stop: number;
  if (wanted > from) {
    stop = Math.min(wanted, from + Math.max(from, 4));
  } else {
    const atMost = subject.agent ? Math.max(1, Math.ceil(from / 4)) : Math.max(1, Math.floor(from / 2));
    stop = Math.max(wanted, from - atMost);
  }
  const { minReplicas: min, maxReplicas: max } = subject.blueprint.scaling;
  if (wanted >= min && wanted <= max) stop = Math.min(max, Math.max(min, stop));
  return stop;
}

function rollout(book: Book, subject: Case): void {
  const { underWay, paused, completedAt } = subject.workload.rollout;
  const quiet = completedAt === undefined ? undefined : completedAt + 120 * SECOND;
  const lately = quiet !== undefined && subject.input.now < quiet;
  if (!underWay && !paused && !lately) return;
  if (subject.up && subject.breach && subject.wanted !== undefined && growsByHalf(subject, subject.wanted)) return;
  if (mendsRollout(subject)) return;
  book.wait('G7', underWay || paused ? undefined : quiet);
}

/** Of a rollout of whose new pods none is ready and some fail, seen in two passes. */
export function mendsRollout({ kind, workload: { rollout: now } }: Case): boolean {
  if (kind !== 'rollback' && kind !== 'resources') return false;
  return now.underWay && !now.paused && now.newPodsReady === 0 && now.newPodsFailing > 0 && now.failingPasses >= 2;
}

/** One write of at most +50%: a number that an approver named is not cut to that, any other is. */
function growsByHalf(subject: Case, wanted: number): boolean {
  const from = subject.workload.replicas;
  const half = Math.floor(from * 1.5);
  if (subject.approved) return wanted <= half;
  const { minReplicas: min, maxReplicas: max } = subject.blueprint.scaling;
  let stop = Math.min(half, step(subject, wanted));
  if (wanted >= min && wanted <= max && stop < min) stop = min;
  return stop > from && stop <= half;
}

function ceilings(book: Book, subject: Case): void {
  if (subject.wanted === undefined) return;
  if (subject.wanted > 10_000 || subject.wanted < 0 || !Number.isInteger(subject.wanted)) book.forbid('G8');
  const { global } = subject.input;
  if (global === undefined) book.forbid('G8');
  else if (global.ceilings.maxReplicas !== undefined && subject.wanted > global.ceilings.maxReplicas) {
    book.forbid('G8');
  }
  if (!book.says.has('G8 forbid')) pacing(book, subject);
}

/** A step may be asked to wait, save one of capacity that is needed now, or that people approved whole. */
function pacing(book: Book, subject: Case): void {
  const { request, now, assessment } = subject.input;
  const until = request.pace?.notBefore;
  if (until === undefined || until <= now || subject.approved) return;
  const floor = assessment?.recommendation;
  const floorAsks = floor !== undefined && floor.direction === 'up' && floor.started;
  const needed = subject.pressure || subject.breach || subject.readyBelowMin;
  if (subject.up && (needed || (floorAsks && (subject.wanted ?? 0) <= floor.replicas))) return;
  book.wait('G8', until);
}

function reversals(book: Book, subject: Case): void {
  const { counters, now } = subject.input;
  if (!subject.up && !subject.down) return;
  const excused = subject.up ? subject.pressure : subject.breach;
  if (counters === undefined) {
    book.wait('G11');
    return;
  }
  const moves = counters.operations.filter((move) => move.direction !== 'none');
  moves.sort((left, right) => left.at - right.at);
  if (subject.agent && !excused) {
    const opposite = subject.up ? 'down' : 'up';
    for (const move of moves) {
      if (move.direction === opposite && now - move.at < 300 * SECOND) book.wait('G11', move.at + 300 * SECOND);
    }
  }
  if (subject.down) {
    const turns: number[] = [];
    moves.forEach((move, index) => {
      const last = moves[index - 1];
      if (last !== undefined && last.direction !== move.direction) turns.push(move.at);
    });
    turns.forEach((third, index) => {
      const first = turns[index - 2];
      if (first === undefined || third - first >= 30 * MINUTE) return;
      if (now < third + HOUR) book.wait('G11', third + HOUR);
    });
  }
}

/** Restarts and resource changes of an agent, and what it adds to the floor. */
export function isOptional(subject: Case): boolean {
  if (!subject.agent) return false;
  if (subject.kind === 'restart' || subject.kind === 'resources') return true;
  if (!subject.up || subject.wanted === undefined) return false;
  const floor = subject.input.assessment?.recommendation;
  if (floor === undefined || !floor.started || floor.direction !== 'up') return true;
  return subject.wanted > floor.replicas;
}

function budgets(book: Book, subject: Case): void {
  const { counters, now } = subject.input;
  if (counters === undefined) {
    book.wait('G12');
    return;
  }
  const { cooldownMs, operationsPerHour, downsPerHour, optionalPerHour } = subject.blueprint.safety;
  for (const write of counters.operations) {
    if (now < write.at + cooldownMs) book.wait('G12', write.at + cooldownMs);
  }
  if (counters.spentUntil !== undefined && now < counters.spentUntil) book.wait('G12', counters.spentUntil);

  const counted = counters.operations.filter((write) => !write.undo && now - write.at < HOUR);
  spent(book, counted, operationsPerHour);
  if (subject.down) {
    spent(
      book,
      counted.filter((write) => write.direction === 'down'),
      downsPerHour,
    );
  }
  if (isOptional(subject)) {
    spent(
      book,
      counted.filter((write) => write.optional),
      optionalPerHour,
    );
  }
}

/** Waits until so many of the writes have left the hour that one more fits. */
function spent(book: Book, writes: readonly { readonly at: number }[], budget: number): void {
  if (writes.length < budget) return;
  const newestFirst = writes.map((write) => write.at).sort((left, right) => right - left);
  const leaves = newestFirst[budget - 1];
  book.wait('G12', leaves === undefined ? undefined : leaves + HOUR);
}
