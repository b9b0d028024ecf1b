import type { Signal } from '../../src/schema/assessment.ts';
import { type Book, type Case, SECOND } from './book.ts';
import { mendsRollout } from './naiveMoves.ts';

/** G3 to G6, G9, G10 and G21: what the signals and the history must say. */
export function naiveEvidence(book: Book, subject: Case): void {
  freshness(book, subject);
  coverage(book, subject);
  presence(book, subject);
  distress(book, subject);
  window(book, subject);
  prediction(book, subject);
  agreement(book, subject);
}

/** CPU and the objectives that the blueprint declares; undefined where the analysis has none. */
function signalsOf(subject: Case): (Signal | undefined)[] {
  const names: string[] = ['cpu'];
  if (subject.blueprint.performance.latencyP95Ms !== undefined) names.push('latency_p95');
  if (subject.blueprint.performance.errorRate !== undefined) names.push('error_rate');
  return names.map((name) => subject.input.assessment?.signals.find((signal) => signal.name === name));
}

function upSayers(subject: Case): Signal[] {
  return signalsOf(subject).filter((signal): signal is Signal => signal?.says === 'up');
}

/** Some argue for it, and not one of them is fit. */
const noneOf = (signals: readonly Signal[], fit: (signal: Signal) => boolean): boolean =>
  signals.length > 0 && !signals.some(fit);

/** Observed: there, fresh, possible and covered. */
const isObserved = (subject: Case, signal: Signal): boolean =>
  signal.state === 'fresh' && isFresh(subject, signal) && isCovered(signal) && isPlausible(signal);

/** A person's scale-up, and any with ready below min, uses no signal. */
const needsOneUp = (subject: Case): boolean => subject.up && subject.agent && !subject.readyBelowMin;

/** Where there is no sample, there is none to be old: that is G5's matter. */
function isFresh(subject: Case, signal: Signal | undefined): boolean {
  if (signal === undefined) return true;
  if (signal.state === 'stale') return false;
  if (signal.sampleAt === undefined) return signal.state !== 'fresh';
  const age = subject.input.now - signal.sampleAt;
  if (age < -5 * SECOND) return false;
  return age <= Math.max(subject.blueprint.safety.freshnessMs, 3 * signal.intervalMs);
}

function freshness(book: Book, subject: Case): void {
  if (podsAreTheEvidence(subject)) return;
  if (subject.disrupts) {
    const all = signalsOf(subject).every((signal) => isFresh(subject, signal));
    if (!all || subject.input.assessment === undefined) book.wait('G3');
  } else if (needsOneUp(subject)) {
    if (subject.input.assessment === undefined || noneOf(upSayers(subject), (signal) => isFresh(subject, signal))) {
      book.wait('G3');
    }
  }
}

function isCovered(signal: Signal | undefined): boolean {
  if (signal === undefined) return true;
  if (signal.flips === true) return false;
  if (signal.name !== 'cpu' || (signal.value === undefined && signal.covered === undefined)) return true;
  if (signal.covered === undefined || signal.ready === undefined) return false;
  return signal.covered >= 0.8 * signal.ready;
}

/** With no ready pod there are no metrics; why none is ready is then what argues for a repair. */
export function podsAreTheEvidence(subject: Case): boolean {
  const { kind, workload } = subject;
  if (kind !== 'resources' && kind !== 'rollback') return false;
  if (workload.ready !== 0) return false;
  if (mendsRollout(subject)) return true;
  return workload.pods.some((pod) => pod.trouble !== undefined || pod.lastRestart !== undefined);
}

function coverage(book: Book, subject: Case): void {
  if (subject.down) {
    if (subject.input.assessment === undefined || !signalsOf(subject).every(isCovered)) book.wait('G4');
  } else if (needsOneUp(subject)) {
    if (subject.input.assessment === undefined || noneOf(upSayers(subject), isCovered)) book.wait('G4');
  }
}

function isPlausible(signal: Signal | undefined): boolean {
  if (signal === undefined || signal.state === 'missing' || signal.state === 'implausible') return false;
  const { name, state, value } = signal;
  if (value === undefined && state === 'stale') return true;
  if (value === undefined || !Number.isFinite(value) || value < 0) return false;
  if (name === 'latency_p95' && value > 3_600_000) return false;
  if (name === 'error_rate' && value > 1) return false;
  return true;
}

function presence(book: Book, subject: Case): void {
  if (podsAreTheEvidence(subject)) return;
  if (subject.disrupts) {
    if (!signalsOf(subject).every(isPlausible)) book.wait('G5');
  }
}

function distress(book: Book, subject: Case): void {
  if (!subject.down) return;
  const { assessment } = subject.input;
  if (assessment === undefined || assessment.distress.length > 0) book.wait('G6');
}

function window(book: Book, subject: Case): void {
  if (!subject.down || !subject.agent || subject.wanted === undefined) return;
  const history = subject.input.assessment?.history;
  if (history === undefined) {
    book.wait('G9');
    return;
  }
  if (history.highestDesired === undefined || subject.wanted < history.highestDesired) book.wait('G9');
  if (history.unbrokenSince === undefined) book.wait('G9');
  else {
    const end = history.unbrokenSince + subject.blueprint.safety.downWindowMs;
    if (subject.input.now < end) book.wait('G9', end);
  }
}

function prediction(book: Book, subject: Case): void {
  if (!subject.down || subject.wanted === undefined) return;
  const history = subject.input.assessment?.history;
  // To those who are asked for an approval it is only told: an approved number is not predicted.
  if (!subject.approved && !book.has('restrict')) {
    const ever = history?.highestLoadEver ?? history?.highestLoad ?? history?.load;
    const load = subject.agent ? history?.highestLoad : ever;
    const limit = subject.agent ? 0.85 * subject.blueprint.scaling.upThreshold : 1;
    if (load === undefined || !fits(load, subject.wanted, limit)) book.forbid('G10');
  }
  if (subject.agent) lesson(book, subject);
}

export function fits(load: number, replicas: number, limit: number): boolean {
  if (load === 0 && replicas === 0) return true;
  const predicted = load / replicas;
  // At the limit is not under it, whatever rounding makes of the limit.
  return predicted >= 0 && predicted < limit - 1e-9;
}

/** What was undone at this load is not tried again for six hours. */
function lesson(book: Book, subject: Case): void {
  const history = subject.input.assessment?.history;
  const { counters, now } = subject.input;
  if (counters === undefined) book.forbid('G10');
  else if (counters.undoneDown !== undefined && now - counters.undoneDown.at < 6 * 3600 * SECOND) {
    const load = history?.load;
    if (load === undefined || load >= 0.8 * counters.undoneDown.load) book.forbid('G10');
  }
}

function agreement(book: Book, subject: Case): void {
  const { assessment } = subject.input;
  if (subject.kind === 'rollback' && subject.agent && !subject.breach) {
    if (!subject.workload.pods.some((pod) => pod.trouble !== undefined)) book.forbid('G21');
  }
  if (subject.down) {
    if (assessment === undefined) book.forbid('G21');
    else {
      if (assessment.signals.some((signal) => signal.says === 'up')) book.forbid('G21');
      if (subject.breach) book.forbid('G21');
      if (subject.agent && !someObserved(subject, 'down')) book.forbid('G21');
    }
  }
  if (needsOneUp(subject) && !someObserved(subject, 'up')) book.forbid('G21');
}

const someObserved = (subject: Case, says: Signal['says']): boolean =>
  signalsOf(subject).some((signal) => signal?.says === says && isObserved(subject, signal));
