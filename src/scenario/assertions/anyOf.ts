import type { Assertion } from '../expectation.ts';
import type { Seen } from '../seen.ts';

/** `check` is the judge of one assertion. */
export function anyOf(
  options: readonly Assertion[],
  seen: Seen,
  check: (assertion: Assertion, seen: Seen) => string[],
): string[] {
  const failures = options.map((option) => check(option, seen));
  return failures.some((own) => own.length === 0)
    ? []
    : [`none of ${options.length} holds: ${failures.flat().join(' | ')}`];
}
