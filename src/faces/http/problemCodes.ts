import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Refused } from '../../gateway/deps.ts';

type Meaning = readonly [status: ContentfulStatusCode, means: string];

/** Why the HTTP face did not pass a request on, by the code of the answer. Codes are stable; programs go by them. */
export const PROBLEMS = {
  BadJson: [400, 'The body is no whole JSON, or a key stands twice in it.'],
  BadRequest: [400, 'Body or query do not have the fields that are needed; the message names each.'],
  Broken: [500, 'Something broke; the log of the gateway says what.'],
  Forbidden: [403, 'The login has no right to this.'],
  ForeignPage: [403, "A browser sent this from another page than the gateway's own."],
  LoginNeeded: [401, 'No session and no token, or one that counts no more.'],
  NoPages: [503, 'The web pages were not built; API and command line work.'],
  NotFound: [404, 'There is no such route.'],
  NotJson: [415, 'The body is not sent as `application/json`.'],
  NotReady: [503, 'Not everything was read yet.'],
  NotRetried: [409, 'The notice cannot be tried again.'],
  TooLarge: [413, 'The body has more than 64 kB.'],
  TooMany: [429, 'Too many calls; `retry-after` says how long to wait, where it stands.'],
  TooManyStreams: [503, 'Too many pages follow the changes already.'],
  Unavailable: [503, 'Who is who cannot be looked up now.'],
  Wait: [429, 'Too many wrong passwords; `retry-after` says how long to wait.'],
  Wrong: [401, 'Name, password or one-time link is wrong.'],
  WrongHost: [421, 'The gateway is not reached by that host name.'],
} as const satisfies Readonly<Record<string, Meaning>>;

export type ProblemCode = keyof typeof PROBLEMS;
export type StatusOf<C extends ProblemCode> = (typeof PROBLEMS)[C][0];

/** Why the gateway did not do what a person asked for. */
export const REFUSALS = {
  busy: [503, 'Somebody else is at it: try again.'],
  decided: [409, 'The request was answered already, or has come to its end.'],
  incomplete: [
    422,
    'Something is missing that this risk asks for: a comment, or the typed name. Of a list: the cursor is none that a page gave.',
  ],
  malformed: [400, 'What was asked for cannot be read.'],
  notFound: [404, 'There is no such record.'],
  notOffered: [422, 'That answer or change is not on offer here.'],
  notYours: [403, 'Not for this person: another group, or their own request.'],
  stale: [409, 'The world moved since it was shown: look again.'],
  tooMany: [429, 'Too many at once from one person.'],
  unavailable: [503, 'Records cannot be read or written now.'],
} as const satisfies Readonly<Record<Refused['code'], Meaning>>;
