import { SHAPES } from './protobufShapes.ts';
import { badRequest, Refused } from './refused.ts';

const MAGIC = Buffer.from('k8s\0');
const MOST_DEPTH = 20;

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/**
 * An object from Kubernetes' protobuf: the magic, an envelope with apiVersion and kind, and the object. A field that is not
 * in the table is refused rather than lost.
 */
export function fromProtobuf(bytes: Buffer): object {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw badRequest('the body is no Kubernetes protobuf');
  const envelope = new Map(fieldsOf(bytes.subarray(MAGIC.length)));
  const type = new Map(fieldsOf(bytesOf(envelope.get(1))));
  const [apiVersion, kind] = [text(type.get(1)), text(type.get(2))];
  return { apiVersion, kind, ...message(kind, bytesOf(envelope.get(2)), 0) };
}

type Wire = Buffer | bigint;

function message(name: string, bytes: Buffer, depth: number): Record<string, unknown> {
  const shape = SHAPES[name];
  if (shape === undefined || depth > MOST_DEPTH) throw unreadable(`a ${name}`);
  const result: Record<string, unknown> = {};
  for (const [number, wire] of fieldsOf(bytes)) {
    const [field, type] = shape[number] ?? [];
    if (field === undefined || type === undefined) throw unreadable(`field ${number} of a ${name}`);
    if (type.endsWith('[]')) {
      const before = result[field];
      result[field] = [...(Array.isArray(before) ? before : []), value(type.slice(0, -2), wire, depth)];
    } else if (type.endsWith('Map')) {
      const entry = new Map(fieldsOf(bytesOf(wire)));
      result[field] = { ...Object(result[field]), [text(entry.get(1))]: value(type.slice(0, -3), entry.get(2), depth) };
    } else {
      const one = value(type, wire, depth);
      if (!isEmpty(type, one)) result[field] = one;
    }
  }
  return result;
}

function value(type: string, wire: Wire | undefined, depth: number): unknown {
  switch (type) {
    case 'text':
      return text(wire);
    case 'bytes':
      return bytesOf(wire).toString('base64');
    case 'number':
    case 'count':
      return number(wire);
    case 'flag':
    case 'choice':
      return number(wire) !== 0;
    case 'quantity':
    case 'Quantity':
      return text(new Map(fieldsOf(bytesOf(wire))).get(1));
    case 'IntOrString': {
      const parts = new Map(fieldsOf(bytesOf(wire)));
      return number(parts.get(1)) === 1 ? text(parts.get(3)) : number(parts.get(2));
    }
    case 'skip':
      return undefined;
    default:
      return message(type, bytesOf(wire), depth + 1);
  }
}

/** Protobuf writes the zero of a field that JSON leaves out. */
function isEmpty(type: string, value: unknown): boolean {
  if (value === undefined || value === '') return true;
  if (type === 'number') return value === 0;
  if (type === 'flag') return value === false;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function* fieldsOf(bytes: Buffer): Generator<[number, Wire]> {
  for (let at = 0; at < bytes.length; ) {
    const [tag, afterTag] = varint(bytes, at);
    const kind = Number(tag & 7n);
    if (kind !== 0 && kind !== 2) throw badRequest(`the protobuf has a field of wire type ${kind}`);
    const [first, afterFirst] = varint(bytes, afterTag);
    at = kind === 0 ? afterFirst : afterFirst + Number(first);
    if (at > bytes.length) throw badRequest('the protobuf ends in the middle of a field');
    yield [Number(tag >> 3n), kind === 0 ? first : bytes.subarray(afterFirst, at)];
  }
}

function varint(bytes: Buffer, start: number): [bigint, number] {
  let result = 0n;
  for (let at = start; at < start + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    result |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return [result, at + 1];
  }
  throw badRequest('the protobuf ends in the middle of a number');
}

const bytesOf = (wire: Wire | undefined): Buffer => (Buffer.isBuffer(wire) ? wire : Buffer.alloc(0));
const text = (wire: Wire | undefined): string => bytesOf(wire).toString('utf8');
const number = (wire: Wire | undefined): number => (typeof wire === 'bigint' ? Number(BigInt.asIntN(64, wire)) : 0);

const unreadable = (what: string): Refused =>
  new Refused(
    415,
    'UnsupportedMediaType',
    `the embedded cluster cannot read ${what} in protobuf: send JSON, as kubectl create -f does`,
  );
