import { describe, expect, it } from 'vitest';
import { type CallKind, errorFrom, shorten } from './errors.ts';

const status = (code: number, message: string, causes: number | undefined = undefined): string =>
  JSON.stringify({
    kind: 'Status',
    status: 'Failure',
    message,
    details: causes === undefined ? {} : { causes: Array.from({ length: causes }, () => ({ message })) },
    code,
  });

// The bodies are what a kube-apiserver 1.37 sends.
const POLICY = `deployments.apps "p" is forbidden: ValidatingAdmissionPolicy 'fairlead' with binding 'fairlead' denied request: too many`;
const REJECTED = 'the server rejected our request due to an error in our request';

describe('errorFrom', () => {
  it.each<[string, number, string, CallKind, string]>([
    ['a failed test of a patch', 422, status(422, REJECTED), 'jsonPatch', 'preconditionFailed'],
    [
      'a value that validation refuses',
      422,
      status(422, 'spec.replicas: Invalid value: -1', 1),
      'jsonPatch',
      'invalid',
    ],
    ['a 422 without causes to anything but a patch', 422, status(422, REJECTED), 'write', 'invalid'],
    ['a policy that answers 422', 422, status(422, POLICY, 1), 'jsonPatch', 'denied'],
    ['a policy that answers 422 without causes', 422, status(422, POLICY), 'jsonPatch', 'denied'],
    ['a policy that answers 403', 403, status(403, POLICY, 1), 'jsonPatch', 'denied'],
    [
      'a webhook that answers 400',
      400,
      status(400, 'admission webhook "a.b" denied the request: no'),
      'write',
      'denied',
    ],
    ['missing rights', 403, status(403, 'User "x" cannot patch resource "deployments"'), 'jsonPatch', 'denied'],
    ['a token that is not accepted', 401, status(401, 'Unauthorized'), 'read', 'denied'],
    ['a name that is taken', 409, status(409, 'decisions.fairlead.dev "d" already exists'), 'write', 'conflict'],
    ['a stale resourceVersion', 409, status(409, 'the object has been modified'), 'write', 'conflict'],
    ['nothing there', 404, status(404, 'deployments.apps "x" not found'), 'jsonPatch', 'notFound'],
    ['a path that is not served', 404, '404 page not found\n', 'read', 'notFound'],
    ['an expired page', 410, status(410, 'too old resource version'), 'read', 'gone'],
    ['a bad request', 400, status(400, 'strict decoding error'), 'write', 'invalid'],
    ['too many requests', 429, status(429, 'too many requests'), 'write', 'unavailable'],
    ['a broken server', 500, status(500, 'etcdserver: request timed out'), 'write', 'unavailable'],
    ["a proxy's page", 502, '<html><body>Bad Gateway</body></html>', 'read', 'unavailable'],
    ['a redirect', 302, '', 'read', 'unavailable'],
  ])('reads %s (%i) as it should', (_, code, text, kind, expected) => {
    expect(errorFrom({ status: code, text }, kind).code).toBe(expected);
  });

  it.each<[number, CallKind, boolean]>([
    [500, 'write', true],
    [504, 'jsonPatch', true],
    [500, 'read', false],
    [429, 'write', false],
    [409, 'write', false],
    [422, 'jsonPatch', false],
  ])('says after %i to a %s whether it may have happened: %s', (code, kind, uncertain) => {
    expect(errorFrom({ status: code, text: '' }, kind).uncertain).toBe(uncertain);
  });

  it('is not led to another code by words that somebody put into a value', () => {
    const quoted = 'spec.why: Invalid value: "admission webhook "x" denied the request": too long';
    expect(errorFrom({ status: 422, text: status(422, quoted, 1) }, 'write').code).toBe('invalid');
  });

  it('passes on when to come again, and the words of the server', () => {
    expect(errorFrom({ status: 429, text: status(429, 'slow down'), retryAfterMs: 3000 }, 'read')).toEqual({
      code: 'unavailable',
      message: 'slow down',
      uncertain: false,
      retryAfterMs: 3000,
    });
    expect(errorFrom({ status: 503, text: '' }, 'read').message).toBe('the API server answered 503');
  });
});

describe('shorten', () => {
  it('keeps a message to one line of 500 characters, without what would move a cursor', () => {
    expect(shorten('a\n\tb\u001b[31mc\r\n')).toBe('a b [31mc');
    expect(shorten('x'.repeat(10_000))).toHaveLength(500);
  });
});
