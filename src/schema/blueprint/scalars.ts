import { z } from 'zod';
import { parseCpu, parseMemory } from '../quantity.ts';
import { formatDuration, parseDuration, parsePercent } from '../units.ts';
import type { Complaint } from './fault.ts';
import type { FaultCode } from './faultCodes.ts';

/**
 * The scalars of a blueprint as people write them: text with its unit. Each carries a hint, from which messages say what
 * was expected and how to write it.
 */

export type Unit = 'percentage' | 'duration' | 'cpu' | 'memory';

export interface Hint {
  /** `a percentage such as 70%`: completes "expected ...". */
  readonly what: string;
  readonly unit?: Unit;
  /** What values are taken, where `what` does not say it: `from 1s to 1h`. */
  readonly range?: string;
  /** The code of a value that does not have this form. */
  readonly code?: FaultCode;
  /** A wrong word is answered with all that are possible, and not with the nearest. */
  readonly all?: boolean;
}

/** What an issue of our own carries besides its message. */
export type CustomParams = Pick<Complaint, 'code' | 'expected' | 'fix'>;

/** Kept apart from zod's own registry, so that nothing of it reaches a generated schema. */
export const hints = z.registry<Hint>();

interface Range {
  readonly min: number;
  readonly max: number;
  readonly text: string;
}

function withUnit(
  unit: Unit,
  pattern: RegExp,
  example: string,
  parse: (text: string) => number | undefined,
  range: Range,
) {
  const what = `${NAMES[unit]} such as ${example}`;
  return z
    .string()
    .max(24)
    .regex(pattern)
    .superRefine((text, context) => {
      const value = parse(text);
      if (value === undefined || (value >= range.min && value <= range.max)) return;
      context.addIssue({
        code: 'custom',
        message: range.text,
        params: {
          code: 'OutOfRange',
          expected: `${NAMES[unit]} ${range.text}`,
          fix: `write a value ${range.text}, for example ${example}`,
        } satisfies CustomParams,
      });
    })
    .register(hints, { what, unit, range: range.text, code: 'WrongUnit' });
}

const NAMES: Readonly<Record<Unit, string>> = {
  percentage: 'a percentage',
  duration: 'a duration',
  cpu: 'a CPU quantity',
  memory: 'a memory quantity',
};

const PERCENTAGE = /^[0-9]{1,6}(\.[0-9]{1,6})?%$/;
const DURATION = /^([0-9]+(\.[0-9]+)?h)?([0-9]+(\.[0-9]+)?m)?([0-9]+(\.[0-9]+)?s)?([0-9]+(\.[0-9]+)?ms)?$/;
// Cores (0.5, 2) or millicores (500m); the other suffixes are quantities too, but never what somebody meant for CPU.
const CPU = /^[0-9]{1,9}(\.[0-9]{1,9})?(m|k|[eE][0-9]{1,2})?$/;
// No `m`: 128m is an eighth of a byte, and always meant 128Mi.
const MEMORY = /^[0-9]{1,18}(\.[0-9]{1,9})?(k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][0-9]{1,2})?$/;

/** Above 0%, up to `max` percent. */
export const percentage = (example: string, max = 1000) =>
  withUnit('percentage', PERCENTAGE, example, parsePercent, {
    min: Number.MIN_VALUE,
    max: max / 100,
    text: `above 0% and at most ${max}%`,
  });

/** Between `min` and `max` milliseconds. */
export const duration = (example: string, min: number, max: number) =>
  withUnit('duration', DURATION, example, parseDuration, {
    min,
    max,
    text: `from ${formatDuration(min)} to ${formatDuration(max)}`,
  });

export const cpu = (example: string) =>
  withUnit('cpu', CPU, example, parseCpu, { min: 1, max: 1e9, text: 'of at least 1m' });

export const memory = (example: string) =>
  withUnit('memory', MEMORY, example, parseMemory, { min: 2 ** 20, max: 2 ** 60, text: 'of at least 1Mi' });

export const replicas = () =>
  z.int().min(0).max(10_000).register(hints, { what: 'a plain whole number from 0 to 10000' });

export const wholeNumber = (min: number, max: number) =>
  z
    .int()
    .min(min)
    .max(max)
    .register(hints, { what: `a plain whole number from ${min} to ${max}` });

export const flag = () => z.boolean().register(hints, { what: 'true or false' });

const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';

export const serviceName = () =>
  z
    .string()
    .max(63)
    .regex(new RegExp(`^${LABEL}(\\.${LABEL})*$`))
    .register(hints, {
      what: 'a Kubernetes name (DNS-1123): lower-case letters, digits, - and ., at most 63 characters, such as my-service',
      code: 'InvalidName',
    });

export const namespaceName = () =>
  z
    .string()
    .max(63)
    .regex(new RegExp(`^${LABEL}$`))
    .register(hints, {
      what: 'a namespace name (DNS-1123 label): lower-case letters, digits and -, at most 63 characters, such as shop',
      code: 'InvalidName',
    });

/** Semantic Versioning 2.0.0, with pre-release and build. */
export const semver = () =>
  z
    .string()
    .max(64)
    .regex(
      /^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/,
    )
    .register(hints, { what: 'a semantic version such as 1.0.0', code: 'InvalidVersion' });

/** Printable text in one line. */
export const line = (max: number, what: string) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\n\r\t]+$/)
    .register(hints, { what: `${what}, in one line of at most ${max} characters` });
