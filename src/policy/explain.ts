import { isoInstant } from '../kernel/instant.ts';
import type { Finding, Verdict } from '../schema/verdict.ts';

/** A verdict in one line of plain words: what an agent, a log line and a person at night read first. */
export function headline(verdict: Verdict): string {
  const first = (effect: Finding['effect']): string =>
    verdict.findings.find((finding) => finding.effect === effect)?.message ?? verdict.operation;
  const wait = verdict.wait === undefined ? undefined : `${untilWords(verdict.wait.until)}: ${first('wait')}`;
  switch (verdict.authority) {
    case 'forbidden':
      return `forbidden: ${forbiddenWords(verdict)}`;
    case 'restricted': {
      const asks = `restricted: needs approval by ${verdict.approvers.join(', ')}`;
      return wait === undefined ? asks : `${asks}, and waits ${wait}`;
    }
    case 'allowed':
      return wait === undefined ? `allowed${stepWords(verdict)}` : `deferred ${wait}`;
  }
}

/** `ObserveOnly` only says what else would have been: any other reason comes first. */
function forbiddenWords({ findings, operation }: Verdict): string {
  const forbids = findings.filter((finding) => finding.effect === 'forbid');
  const chosen = forbids.find((finding) => finding.code !== 'ObserveOnly') ?? forbids[0];
  return chosen?.message ?? operation;
}

const untilWords = (until: number | undefined): string =>
  until === undefined ? 'until it clears' : `until ${isoInstant(until)}`;

function stepWords({ findings }: Verdict): string {
  const values = findings.find((finding) => finding.rule === 'G8' && finding.effect === 'note')?.values;
  if (values === undefined) return '';
  const { from, to, step } = values as { from?: string; to?: string; step?: string };
  return step === to ? `, step ${from} to ${step}` : `, step ${from} to ${step} on the way to ${to}`;
}
