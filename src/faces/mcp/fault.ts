import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { plainLine } from '../../kernel/plainText.ts';

const MOST_WORDS = 500;

/** Why a gateway gave no answer to a message, as a client of the protocol is told. Codes are of the range that is ours to use. */
export interface Fault {
  readonly code: number;
  readonly kind:
    | 'loginExpired'
    | 'notAllowed'
    | 'sessionGone'
    | 'tooMany'
    | 'refused'
    | 'gatewayDown'
    | 'answerLost'
    | 'notBegun';
  readonly message: string;
  readonly fix: string;
}

export const MCP_FAULTS = {
  loginExpired: [-32010, 'The login of `fairlead mcp` at the gateway has expired or was taken back.'],
  notAllowed: [-32011, 'The token or the role does not reach so far.'],
  sessionGone: [-32012, 'The gateway knows this session no more: connect again.'],
  tooMany: [-32013, 'Too many calls: wait a little.'],
  refused: [-32014, 'The gateway refused the message; its words say why.'],
  gatewayDown: [-32015, 'The gateway does not answer.'],
  answerLost: [-32016, 'The connection broke before the answer came: it may have been done all the same.'],
  notBegun: [-32017, 'A message came before `initialize`.'],
} as const satisfies Readonly<Record<Fault['kind'], readonly [code: number, means: string]>>;

const fault = (kind: Fault['kind'], message: string, fix: string): Fault => ({
  code: MCP_FAULTS[kind][0],
  kind,
  message,
  fix,
});

/** `url` is the gateway's. */
export function faultOf(error: unknown, url: string): Fault {
  if (!(error instanceof StreamableHTTPError)) {
    const why = error instanceof Error ? plainLine(error.message, MOST_WORDS) : 'unknown';
    return fault('gatewayDown', `${url} does not answer: ${why}`, 'is fairlead serve (or up) running there?');
  }
  const said = wordsIn(error.message) ?? `${url} answered ${error.code}`;
  switch (error.code) {
    case 401:
      return fault('loginExpired', `the login at ${url} has expired or was taken back`, `fairlead login ${url}`);
    case 403:
      return fault('notAllowed', said, 'fairlead login gives a token with all that your role may do');
    case 404:
      return fault('sessionGone', said, 'connect again');
    case 429:
      return fault('tooMany', said, 'wait a little, then ask again');
    default:
      return fault('refused', said, 'the log of the gateway says more');
  }
}

/** The connection broke while the answer was under way. */
export const ANSWER_LOST = fault(
  'answerLost',
  'the connection to the gateway broke before the answer came: it may have been done all the same',
  'look at fairlead_decisions before asking again',
);

/** A message came before the client said hello. */
export const NOT_BEGUN = fault(
  'notBegun',
  'a client begins with initialize, and none was answered yet',
  'send initialize, then notifications/initialized; clients that speak MCP do so when they connect',
);

/** The gateway's own sentence, in either of the forms it speaks in; it draws nothing on a terminal. */
function wordsIn(text: string): string | undefined {
  const at = text.indexOf('{');
  if (at < 0) return undefined;
  try {
    const said = (JSON.parse(text.slice(at)) as { error?: { message?: unknown } }).error?.message;
    return typeof said === 'string' ? plainLine(said, MOST_WORDS) : undefined;
  } catch {
    return undefined;
  }
}
