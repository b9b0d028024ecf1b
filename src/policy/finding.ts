import type { Finding, RuleId } from '../schema/verdict.ts';

type Values = Readonly<Record<string, string | number | undefined>>;

/** A rule refuses: no approval and no waiting lifts it. */
export const forbid = (rule: RuleId, code: string, message: string, values: Values = {}): Finding => ({
  rule,
  code,
  effect: 'forbid',
  message: clip(message, 500),
  values: asText(values),
});

/** A rule says not now. Without `notBefore` the end is not known: until it clears. */
export const wait = (
  rule: RuleId,
  code: string,
  message: string,
  values: Values = {},
  notBefore?: number,
): Finding => ({
  rule,
  code,
  effect: 'wait',
  message: clip(message, 500),
  values: asText(values),
  ...(notBefore === undefined ? {} : { notBefore }),
});

export const restrict = (
  rule: RuleId,
  code: string,
  message: string,
  approvers: readonly string[],
  values: Values = {},
): Finding => ({ rule, code, effect: 'restrict', message: clip(message, 500), values: asText(values), approvers });

/** Explains; decides nothing. */
export const note = (rule: RuleId, code: string, message: string, values: Values = {}): Finding => ({
  rule,
  code,
  effect: 'note',
  message: clip(message, 500),
  values: asText(values),
});

/**
 * The worst case for inputs that could not be had: one finding per input that is `undefined`, named. A rule is never
 * skipped because it cannot see.
 */
export const noData = (rule: RuleId, effect: 'forbid' | 'wait', inputs: Readonly<Record<string, unknown>>): Finding[] =>
  Object.entries(inputs)
    .filter(([, value]) => value === undefined)
    .map(([input]) => {
      const message = `${input} could not be read, so the worst is assumed`;
      return effect === 'forbid'
        ? forbid(rule, 'NoData', message, { input })
        : wait(rule, 'NoData', message, { input });
    });

/** Findings are stored in records with bounded fields, and may quote untrusted text. */
const clip = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1)}…`);

const asText = (values: Values): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, clip(String(value), 200)]])),
  );

/** `78%`, `115.3%`. */
export const percent = (fraction: number): string => `${Math.round(fraction * 1000) / 10}%`;
/** `45 s`, `2 min`. */
export const span = (ms: number): string =>
  ms >= 120_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`;
