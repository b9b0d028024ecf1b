import { clean, marked, quoted } from '../../agents/untrusted.ts';
import type { ServiceView } from '../../observe/serviceView.ts';

/**
 * Words on their way to a model that somebody chats with. What others wrote (people, models, pods, whoever may write to the
 * cluster) is cleaned, capped and stands between «», which no such text can contain; the server's instructions say so.
 */

const LINE = 300;

/** Our own words, which may carry a name that others chose. */
export const ours = (text: string, max = LINE): string => clean(text, max);

/** Words of others. Nothing stays nothing. */
export const theirs = (text: string, max = LINE): string => (text.trim() === '' ? '' : quoted(text, max));

/** A sentence that code made about a service: marked as a whole where it carries words of others. */
export const about = (view: ServiceView | undefined, text: string): string =>
  marked(text, view === undefined ? [text] : othersIn(view), 500);

function othersIn({ problems = [], faults = [], workload }: ServiceView): readonly string[] {
  const pods = (workload?.pods ?? []).flatMap(({ trouble, troubleDetail }) => [trouble ?? '', troubleDetail ?? '']);
  return [...problems, ...faults.flatMap(({ message, fix }) => [message, fix]), ...pods].filter((text) => text !== '');
}

/** Where the gate repeats why somebody holds something back. */
const REPEATS = /(?:paused|stopped) by |holds the breaker open: |freeze window: /i;
/** A name as our operations and objects have it; an operation that somebody made up may be any sentence. */
const PLAIN_NAME = /^[\w./:%+-]*$/;

/** The gate's own words, marked as a whole where they repeat a person's, or one of `others`. */
export const gateWords = (text: string, max = LINE, others: readonly string[] = []): string =>
  REPEATS.test(text) ? theirs(text, max) : marked(text, others, max);

/** A name that may be made up. */
export const nameWords = (text: string, max = LINE): string =>
  PLAIN_NAME.test(text) ? ours(text, max) : theirs(text, max);

/** What a finding repeats of what was asked for. A condition is the blueprint's. */
export const repeatedIn = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).flatMap(([key, value]) => (key === 'condition' || PLAIN_NAME.test(value) ? [] : [value]));

/** Lines that are there, one below the other. */
export const lines = (...parts: readonly (string | undefined | false)[]): string =>
  parts.filter((part) => typeof part === 'string' && part !== '').join('\n');

/** `key: value` only where there is a value. */
export const given = <K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [key in K]?: V });
