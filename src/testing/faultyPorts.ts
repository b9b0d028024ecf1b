import { err, type Result } from '../kernel/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterError, ClusterReader, RecordWriter } from '../ports/cluster.ts';
import type { WorkloadWriter } from '../ports/workload.ts';

/**
 * What an API server, or a proxy before it, does to one call:
 *
 * - `dropped`: the request never arrives; the caller sees a timeout.
 * - `refused`: 503 before anything was done.
 * - `lost`: done, and the answer lost.
 * - `late`: the caller's timeout strikes first, and it is done `LATE_MS` after that.
 * - `twice`: sent again on the way after it was done; the caller gets the answer to the second one.
 *
 * A read is answered or it fails: `dropped`, `refused`, `lost` and `late` are the same to it, `twice` is nothing.
 */
export type ApiFault = 'dropped' | 'refused' | 'lost' | 'late' | 'twice';
export const API_FAULTS: readonly ApiFault[] = ['dropped', 'refused', 'lost', 'late', 'twice'];

/** Within the life of a permit, as the timeout of a request is. */
export const LATE_MS = 12_000;

export interface Ports {
  readonly reader: ClusterReader;
  readonly records: RecordWriter;
  readonly workloads: WorkloadWriter;
}

export const isRead = (call: string): boolean => /^(?:get|list|raw)\b/.test(call);

export interface FaultyPorts extends Ports {
  /** What was called so far, in order: `get Deployment`, `replaceStatus CircuitBreaker`, `patch`. */
  readonly made: readonly string[];
}

/** The ports as they are, except that call number `at` (from 1) meets the fault. */
export function faultyPorts(
  { reader, records, workloads }: Ports,
  clock: Clock,
  at: number,
  fault: ApiFault,
): FaultyPorts {
  const made: string[] = [];

  async function write<T>(
    what: string,
    act: () => Promise<Result<T, ClusterError>>,
    again: () => Promise<Result<T, ClusterError>>,
  ): Promise<Result<T, ClusterError>> {
    if (made.push(what) !== at) return act();
    switch (fault) {
      case 'refused':
        return unavailable('503 the server is overloaded', false);
      case 'dropped':
        return unavailable('timed out', true);
      case 'lost':
        await act();
        return unavailable('the connection was reset', true);
      case 'late':
        void clock.sleep(LATE_MS).then(act, () => undefined);
        return unavailable('timed out', true);
      case 'twice':
        await act();
        return again();
    }
  }

  async function read<T>(what: string, act: () => Promise<Result<T, ClusterError>>): Promise<Result<T, ClusterError>> {
    if (made.push(what) !== at || fault === 'twice') return act();
    return unavailable('timed out', false);
  }

  return {
    reader: {
      get: (kind, ...rest) => read(`get ${kind.kind}`, () => reader.get(kind, ...rest)),
      list: (kind, ...rest) => read(`list ${kind.kind}`, () => reader.list(kind, ...rest)),
      watch: (...given) => reader.watch(...given),
      raw: (path) => read('raw', () => reader.raw(path)),
    },
    records: {
      create: (kind, object) => same(`create ${kind.kind}`, () => records.create(kind, object)),
      replace: (kind, object) => same(`replace ${kind.kind}`, () => records.replace(kind, object)),
      replaceStatus: (kind, object) => same(`replaceStatus ${kind.kind}`, () => records.replaceStatus(kind, object)),
      delete: (kind, ...rest) => same(`delete ${kind.kind}`, () => records.delete(kind, ...rest)),
    },
    workloads: {
      apply(permit, lastChange, { dryRun }) {
        const act = () => workloads.apply(permit, lastChange, { dryRun });
        if (dryRun) return same('dry run', act);
        // What the patch's own `test` of the old annotation answers to the same patch again.
        const again = () => Promise.resolve(err<ClusterError>(TEST_FAILED));
        return write('patch', act, again);
      },
    },
    made,
  };

  function same<T>(what: string, act: () => Promise<Result<T, ClusterError>>): Promise<Result<T, ClusterError>> {
    return write(what, act, act);
  }
}

const TEST_FAILED: ClusterError = {
  code: 'preconditionFailed',
  message: 'the server rejected our request due to an error in our request: testing value failed',
  uncertain: false,
};

const unavailable = (message: string, uncertain: boolean): { ok: false; error: ClusterError } =>
  err({ code: 'unavailable', message, uncertain });
