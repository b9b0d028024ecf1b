import type { FindingCode as Code } from '../schema/findingCodes.ts';
import type { Finding, RuleId } from '../schema/verdict.ts';
import type { ChangeFacts, Facts } from './facts.ts';

/** What a rule says; the gate adds which rule it was. */
export type Said = Omit<Finding, 'rule' | 'code'> & { readonly code: Code };
export type Findings = readonly Said[];

/** One obligation. It answers with findings, or with none when it has nothing to say. */
export type CallRule = (facts: Facts) => Findings;
/** `before` are the findings of the rules above it: whether people are asked anyway (G10), and what is withheld (G20). */
export type ChangeRule = (facts: ChangeFacts, before: readonly Finding[]) => Findings;

/** A rule in force. `undo too`: it also binds the automatic undo of our own failed change. */
export type Standing =
  | { readonly id: RuleId; readonly binds: 'every call'; readonly rule: CallRule }
  | { readonly id: RuleId; readonly binds: 'changes' | 'changes, undo too'; readonly rule: ChangeRule };

type Values = Readonly<Record<string, string | number | undefined>>;

/** Refuses: no approval and no waiting lifts it. */
export const forbid = (code: Code, message: string, values: Values = {}): Said => said('forbid', code, message, values);
/** Explains; decides nothing. */
export const note = (code: Code, message: string, values: Values = {}): Said => said('note', code, message, values);
/** Says not now. Without `notBefore` (ms) the end is not known: until it clears. */
export const wait = (code: Code, message: string, values: Values = {}, notBefore?: number): Said => ({
  ...said('wait', code, message, values),
  ...(notBefore !== undefined && Number.isFinite(notBefore) && { notBefore }),
});
/** Asks people of these groups. */
export const restrict = (code: Code, message: string, approvers: readonly string[], values: Values = {}): Said => ({
  ...said('restrict', code, message, values),
  approvers,
});

/** The worst case for each input that is `undefined`, by name: a rule is never skipped because it cannot see. */
export const noData = (effect: 'forbid' | 'wait', inputs: Readonly<Record<string, unknown>>): Findings =>
  Object.keys(inputs)
    .filter((input) => inputs[input] === undefined)
    .map((input) => said(effect, 'NoData', `${input} could not be read, so the worst is assumed`, { input }));

const said = (effect: Finding['effect'], code: Code, message: string, values: Values): Said => ({
  code,
  effect,
  message: clip(message, 500),
  values: Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, clip(String(value), 200)]])),
  ),
});

/** Findings are stored in bounded fields, and may quote untrusted text. */
const clip = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1)}…`);

/** `78%`, `115.3%`; of what has no capacity at all `over 100%`. */
export const percent = (part: number): string => (part < Infinity ? `${Math.round(part * 1000) / 10}%` : 'over 100%');
/** `45 s`, `2 min`. */
export const span = (ms: number): string =>
  ms >= 120_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`;
