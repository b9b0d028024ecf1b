import { isoInstant } from '../kernel/instant.ts';
import type { Finding, Verdict } from './verdict.ts';

type Said = Pick<Finding, 'effect' | 'message' | 'values'> & { readonly rule: string };
/** A verdict as the gate gives it, or as records keep it. */
type Told = Pick<Verdict, 'authority' | 'approvers' | 'operation'> & {
  readonly wait?: { readonly until?: number | undefined } | undefined;
  readonly findings: readonly Said[];
};

/** A verdict in one line of plain words: what an agent, a log line and a person at night read first. */
export function headline({ authority, approvers, wait, findings, operation }: Told): string {
  const until = wait?.until === undefined ? 'until it clears' : `until ${isoInstant(wait.until)}`;
  const waits = wait && `${until}: ${findings.find((finding) => finding.effect === 'wait')?.message ?? operation}`;
  switch (authority) {
    // ObserveOnly comes last: whatever else forbids would have refused it anyway.
    case 'forbidden':
      return `forbidden: ${findings.find((finding) => finding.effect === 'forbid')?.message ?? operation}`;
    case 'restricted':
      return `restricted: needs approval by ${approvers.join(', ')}${waits ? `, and waits ${waits}` : ''}`;
    case 'allowed':
      return waits ? `deferred ${waits}` : `allowed${stepWords(findings)}`;
  }
}

function stepWords(findings: readonly Said[]): string {
  const values = findings.find(({ rule, effect }) => rule === 'G8' && effect === 'note')?.values;
  if (values === undefined) return '';
  const end = values['to'] === values['step'] ? '' : ` on the way to ${values['to']}`;
  return `, step ${values['from']} to ${values['step']}${end}`;
}
