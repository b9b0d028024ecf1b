import type { APIError } from 'openai';

/**
 * How an endpoint is asked for a call: by tools; or, where it has none, by a JSON answer that a schema enforces, that is
 * enforced to be JSON, or that is asked for in words.
 */
export type AnswerForm = 'tools' | 'schema' | 'object' | 'words';
/** In the order in which they are tried. */
export const FORMS: readonly AnswerForm[] = ['tools', 'schema', 'object', 'words'];

type Refusal = Pick<APIError, 'status' | 'message'> & { readonly param?: string | null | undefined };

/** What servers say who know no tools. Some of them call that a fault of their own (500). */
const NO_TOOLS =
  /(?=[\s\S]*(?:\btools?\b|\btool_choice\b|function.?call))(?=[\s\S]*(?:(?:not|n't|un|never) ?-?supp?ort|unsupported|unrecognized|unknown|not (?:allowed|permitted|available|enabled|implemented)|requires? --|extra (?:inputs|fields)|no endpoints found|unable to generate parser))/i;
const NO_FORMAT = /response_?format|json_?schema|json_?object|json mode|structured output|guided|grammar|schema/i;
/** Some servers call what they do not know a fault of their own. */
export const REFUSING: ReadonlySet<number> = new Set([400, 404, 422, 500, 501]);

/** The form to try next when `refusal` says that this one is not to be had; undefined when it says something else. */
export function formAfter(form: AnswerForm, { status, message, param }: Refusal): AnswerForm | undefined {
  if (status === undefined || !REFUSING.has(status)) return undefined;
  switch (form) {
    case 'tools':
      return /^tool/.test(param ?? '') || NO_TOOLS.test(message) ? 'schema' : undefined;
    case 'schema':
    case 'object': {
      const refused = /^response_format/.test(param ?? '') || NO_FORMAT.test(message);
      if (!refused) return undefined;
      return form === 'schema' ? 'object' : 'words';
    }
    case 'words':
      return undefined;
  }
}
