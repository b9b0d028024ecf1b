import type { Params } from '../expectation.ts';
import type { Seen } from '../seen.ts';

export function auditEntrySize({ max_bytes }: Params<'audit_entry_size'>, seen: Seen): string[] {
  const sizes = seen.journals.flatMap(({ lines }) => lines.map((line) => Buffer.byteLength(line)));
  const largest = Math.max(0, ...sizes);
  return largest <= max_bytes ? [] : [`the largest record has ${largest} bytes, wanted at most ${max_bytes}`];
}
