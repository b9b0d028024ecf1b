import type { ServiceNumber } from './doctorNumbers.ts';

/** What was looked at, and how it is: fine, off on purpose, worth a look though all works (`warn`), or wrong and the fix. */
export interface Finding {
  readonly what: string;
  readonly state: 'fine' | 'off' | 'warn' | 'wrong';
  readonly detail: string;
  readonly fix?: string;
  /** What each service would be decided on now. */
  readonly numbers?: readonly ServiceNumber[];
}
