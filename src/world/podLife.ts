/**
 * The life of one pod's containers as a pure function of its faults and of time. Instants and durations are
 * milliseconds. Real kubelets do much more; this keeps what Fairlead and its users look at.
 */
export type Fault =
  | { readonly kind: 'pull'; readonly reason?: 'ErrImagePull' | 'ImagePullBackOff' }
  | { readonly kind: 'config' }
  /** Starts, ends after a moment, and is started again with a growing back-off. */
  | { readonly kind: 'crash'; readonly reason: 'Error' | 'OOMKilled' }
  /** Runs, but never answers its readiness probe. */
  | { readonly kind: 'unready' };

export interface Life {
  /** When the current fault, or the current start of a healthy container, began. */
  readonly since: number;
  readonly fault: Fault | undefined;
  /** Restarts before `since`. */
  readonly restarts: number;
  /** From `since` until ready. */
  readonly readyAfter: number;
  readonly ended?: Ended | undefined;
}

export interface Ended {
  readonly reason: 'Error' | 'OOMKilled';
  readonly at: number;
}

export type ContainerState =
  | { readonly state: 'creating' }
  | { readonly state: 'running'; readonly since: number }
  | { readonly state: 'waiting'; readonly reason: string; readonly backOff?: number };

export interface Stage {
  readonly container: ContainerState;
  readonly ready: boolean;
  readonly restarts: number;
  readonly ended?: Ended | undefined;
  /** When to look again. */
  readonly next?: number;
}

/** How long a crashing container runs before it ends. */
const CRASH_AFTER = 1000;
const PULL_RETRY = 1000;
const FIRST_BACK_OFF = 10_000;
const MOST_BACK_OFF = 300_000;

export function stageAt(life: Life, now: number): Stage {
  const { fault, since, restarts, ended } = life;
  const kept = { restarts, ended };
  switch (fault?.kind) {
    case 'pull': {
      const first = fault.reason === undefined && now < since + PULL_RETRY;
      const reason = first ? 'ErrImagePull' : (fault.reason ?? 'ImagePullBackOff');
      const container = { state: 'waiting', reason } as const;
      return { container, ready: false, ...kept, ...(first ? { next: since + PULL_RETRY } : {}) };
    }
    case 'config':
      return { container: { state: 'waiting', reason: 'CreateContainerConfigError' }, ready: false, ...kept };
    case 'crash':
      return crashing(life, fault.reason, now);
    default: {
      const started = ended === undefined ? since + life.readyAfter : since;
      if (now < since + life.readyAfter) {
        const container = ended === undefined ? ({ state: 'creating' } as const) : running(started);
        return { container, ready: false, ...kept, next: since + life.readyAfter };
      }
      return { container: running(started), ready: fault === undefined, ...kept };
    }
  }
}

/** Run k begins when the back-off after run k-1 is over, and ends a second later. */
function crashing(life: Life, reason: 'Error' | 'OOMKilled', now: number): Stage {
  let begin = life.since;
  for (let run = 0; ; run += 1) {
    const end = begin + CRASH_AFTER;
    const restarts = life.restarts + run;
    const ended = run === 0 ? life.ended : { reason, at: begin - backOff(run - 1) };
    if (now < end) return { container: running(begin), ready: false, restarts, ended, next: end };
    const pause = backOff(run);
    begin = end + pause;
    if (now < begin) {
      const container = { state: 'waiting', reason: 'CrashLoopBackOff', backOff: pause } as const;
      return { container, ready: false, restarts, ended: { reason, at: end }, next: begin };
    }
  }
}

const running = (since: number) => ({ state: 'running', since }) as const;
const backOff = (run: number): number => Math.min(FIRST_BACK_OFF * 2 ** run, MOST_BACK_OFF);
