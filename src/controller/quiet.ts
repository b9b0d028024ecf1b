import type { ServiceView } from '../observe/serviceView.ts';
import { scaleTo, verdictOn } from '../observe/verdictOn.ts';

const QUIET_MS = 10 * 60_000;

/**
 * Remembers where an agent run came to nothing new, so that the same situation costs no second model call for ten
 * minutes, unless the gate would now answer differently to what the analysis asks for. Lost at a restart, which costs one
 * call.
 */
export class Quiet {
  readonly #until = new Map<string, { readonly situation: string; readonly until: number }>();

  note(key: string, view: ServiceView, now: number, ownNamespace: string): void {
    // Of services that are gone nobody asks again: what is over goes with the next note.
    for (const [known, { until }] of this.#until) if (until <= now) this.#until.delete(known);
    this.#until.set(key, { situation: situationOf(view, now, ownNamespace), until: now + QUIET_MS });
  }

  holds(key: string, view: ServiceView, now: number, ownNamespace: string): boolean {
    const noted = this.#until.get(key);
    if (noted === undefined) return false;
    if (now < noted.until && noted.situation === situationOf(view, now, ownNamespace)) return true;
    this.#until.delete(key);
    return false;
  }
}

/** What would have to change for asking again to make sense. Numbers that merely move are not in it. */
function situationOf(view: ServiceView, now: number, ownNamespace: string): string {
  const { blueprint, workload, assessment } = view;
  const recommendation = assessment?.recommendation;
  return JSON.stringify([
    blueprint?.hash,
    workload?.uid,
    workload?.replicas,
    assessment?.breach,
    assessment?.anomaly !== undefined,
    recommendation?.direction,
    recommendation?.replicas,
    recommendation?.started,
    floorVerdict(view, now, ownNamespace),
  ]);
}

function floorVerdict(view: ServiceView, now: number, ownNamespace: string): unknown {
  const { assessment } = view;
  if (assessment === undefined || assessment.recommendation.direction === 'hold') return null;
  const verdict = verdictOn(view, scaleTo(assessment.recommendation.replicas), { now, ownNamespace });
  return verdict === undefined
    ? null
    : [verdict.authority, verdict.wait?.codes, verdict.findings.map((finding) => finding.code)];
}
