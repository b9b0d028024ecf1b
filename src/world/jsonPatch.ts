import { isDeepStrictEqual } from 'node:util';
import { err, ok, type Result } from '../kernel/result.ts';
import type { JsonPatchOperation } from '../schema/patch.ts';

export interface PatchFailure {
  /** `test`: a test did not hold. `path`: a path does not exist or cannot take a value. */
  readonly kind: 'test' | 'path';
  readonly message: string;
}

/** RFC 6902 for the operations test, add, replace and remove. The document is not changed; a failure leaves nothing done. */
export function applyPatch<T>(document: T, operations: readonly JsonPatchOperation[]): Result<T, PatchFailure> {
  const root: { document: T } = { document: structuredClone(document) };
  for (const operation of operations) {
    const failure = applyOne(root, operation);
    if (failure !== undefined) return err(failure);
  }
  return ok(root.document);
}

function applyOne(root: object, operation: JsonPatchOperation): PatchFailure | undefined {
  const { op, path } = operation;
  const keys = ['document', ...path.split('/').slice(1).map(plainKey)];
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>(childOf, root);
  if (typeof parent !== 'object' || parent === null) {
    return { kind: op === 'test' ? 'test' : 'path', message: `${op} operation does not apply: no ${path}` };
  }
  const found = childOf(parent, last);
  if (op === 'test') {
    if (isDeepStrictEqual(found, operation.value)) return undefined;
    return { kind: 'test', message: `testing value ${path} failed` };
  }
  if (op !== 'add' && found === undefined) {
    return { kind: 'path', message: `${op} operation does not apply: no ${path}` };
  }
  if (Array.isArray(parent)) return inArray(parent, last, operation);
  if (op === 'remove') Reflect.deleteProperty(parent, last);
  else Object.defineProperty(parent, last, { value: structuredClone(operation.value), ...PLAIN });
  return undefined;
}

const PLAIN = { enumerable: true, writable: true, configurable: true };

function inArray(
  array: unknown[],
  key: string,
  operation: Exclude<JsonPatchOperation, { op: 'test' }>,
): PatchFailure | undefined {
  const index = key === '-' ? array.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > array.length) {
    return { kind: 'path', message: `${operation.op} operation does not apply: index ${key} is out of bounds` };
  }
  if (operation.op === 'remove') array.splice(index, 1);
  else array.splice(index, operation.op === 'add' ? 0 : 1, structuredClone(operation.value));
  return undefined;
}

const plainKey = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** Own properties only, so that no path reaches a prototype. */
function childOf(parent: unknown, key: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) return undefined;
  return Reflect.get(parent, key);
}
