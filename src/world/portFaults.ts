import type { ClusterErrorCode } from '../ports/cluster.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'metrics';

/** One call of the API server as it would see it; a dry run carries `?dryRun=All`. */
export interface Call {
  readonly verb: Verb;
  readonly path: string;
}

/** Makes the next matching calls fail. */
export interface CallFault {
  /** Absent: any verb, or any kind. */
  readonly verb?: Verb;
  readonly kind?: string;
  /** Part of the path. */
  readonly path?: string;
  readonly code: ClusterErrorCode;
  readonly message?: string;
  /** The caller cannot know whether a write happened. */
  readonly uncertain?: boolean;
  /** The write is carried out, and its answer lost. */
  readonly afterApply?: boolean;
  /** The answer takes so long (on the world's clock). */
  readonly hangMs?: number;
  /** How many calls it hits; 1 unless told. */
  readonly times?: number;
  readonly retryAfterMs?: number;
  /** Leaves dry runs alone. */
  readonly sparesDryRuns?: boolean;
}

/** Faults that wait for their call, oldest first. */
export class CallFaults {
  #waiting: { readonly fault: CallFault; left: number }[] = [];

  /** Returns the function that takes it back. */
  add(fault: CallFault): () => void {
    const waiting = { fault, left: fault.times ?? 1 };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  clear(): void {
    this.#waiting = [];
  }

  take(kind: string, { verb, path }: Call): CallFault | undefined {
    const hit = this.#waiting.find(
      ({ fault }) =>
        (fault.verb ?? verb) === verb &&
        (fault.kind ?? kind) === kind &&
        path.includes(fault.path ?? '') &&
        !(fault.sparesDryRuns && path.includes('dryRun=All')),
    );
    if (hit === undefined) return undefined;
    hit.left -= 1;
    if (hit.left <= 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== hit);
    return hit.fault;
  }
}
