import type { ClusterError } from '../../ports/cluster.ts';
import { groupVersionOf, type Resource } from './resources.ts';

interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field?: string }[];
}

/** An answer that is no: thrown anywhere below the router, sent there as a Status with the API server's code and words. */
export class Refused extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Details;

  constructor(code: number, reason: string, message: string, details: Details = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

export const badRequest = (message: string): Refused => new Refused(400, 'BadRequest', message);
export const notServed = (): Refused =>
  new Refused(404, 'NotFound', 'the server could not find the requested resource');
export const notAllowed = (why = 'the server does not allow this method on the requested resource'): Refused =>
  new Refused(405, 'MethodNotAllowed', why);
export const notImplemented = (what: string): Refused =>
  new Refused(501, 'NotImplemented', `the embedded cluster has no ${what}: use a real cluster for that`);
export const unsupportedMediaType = (): Refused =>
  new Refused(415, 'UnsupportedMediaType', '415: Unsupported Media Type');

export function statusOf(refused: Refused): object {
  const { code, reason, message, details } = refused;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}

export function successOf(resource: Resource, name: string, uid: string): object {
  const { group } = groupVersionOf(resource.kind);
  const details = { name, ...(group === '' ? {} : { group }), kind: resource.kind.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** The world's refusal in the API server's form. */
export function refusedBy(error: ClusterError, { kind }: Resource, name: string): Refused {
  const { group } = groupVersionOf(kind);
  const details = { name, ...(group === '' ? {} : { group }), kind: kind.plural };
  const { code, message } = error;
  switch (code) {
    case 'notFound':
      return new Refused(404, 'NotFound', message, details);
    case 'conflict':
      return new Refused(409, message.endsWith('already exists') ? 'AlreadyExists' : 'Conflict', message, details);
    case 'gone':
      return new Refused(410, 'Expired', message);
    case 'denied':
      return new Refused(403, 'Forbidden', message, details);
    case 'preconditionFailed':
      return new Refused(422, 'Invalid', 'the server rejected our request due to an error in our request');
    case 'invalid':
      return new Refused(422, 'Invalid', message, { ...details, kind: kind.kind, causes: causesOf(message) });
    case 'unavailable':
      return new Refused(503, 'ServiceUnavailable', message);
  }
}

/** `Kind "x" is invalid: spec.a: words, spec.b: words`: the faults with their fields. */
function causesOf(message: string): { reason: string; message: string; field: string }[] {
  const faults = message.replace(/^\S+ "[^"]*" is invalid: /, '');
  return faults.split(/, (?=[a-z]\w*(?:[.[]\S*)?: )/).map((fault) => {
    const [, field = '', words = fault] = /^([\w.[\]-]+): (.*)$/s.exec(fault) ?? [];
    return { reason: 'FieldValueInvalid', message: words, field };
  });
}
