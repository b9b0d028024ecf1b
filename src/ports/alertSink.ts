import type { AlertCode } from '../schema/alertCodes.ts';

/** What a person is called for. Words and names only: no address that does anything, so whoever fetches it changes nothing. */
export interface AlertNotice {
  /** The same key is the same alert: a receiver that gets it twice may drop the second. */
  readonly key: string;
  readonly code: AlertCode;
  readonly message: string;
  /** When it was raised (ms). */
  readonly at: number;
  readonly namespace: string;
  /** Name of the service's blueprint; `fleet` in our own namespace where it concerns all of them. */
  readonly service: string;
  /** Absent where no Decision is behind it. */
  readonly decision?: string;
}

/** Somewhere people look. */
export interface AlertSink {
  /** Takes the notice and returns at once; it never throws. Whether it arrives is the sink's own care and is logged. */
  raise(notice: AlertNotice): void;
}
