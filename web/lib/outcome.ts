import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { capital, counted, spoken } from './format.ts';

/** `RolledBack: p95 reached 280 ms`: what it came to, and the words that go with it. */
export function splitOutcome(outcome: string): { readonly head: string; readonly rest: string } {
  const at = outcome.indexOf(': ');
  const [head, rest] = at === -1 ? [outcome, ''] : [outcome.slice(0, at), outcome.slice(at + 2)];
  return { head: capital(head.replace(/\b[A-Z][a-z]+[A-Z]\w*/g, spoken)), rest };
}

/** Judged by what it came to alone: its words may well speak of an undo that never was. */
export type Ended = 'undone' | 'good' | 'waiting' | 'moved' | 'none';

export function endedHow(outcome: string): Ended {
  const head = splitOutcome(outcome).head.toLowerCase();
  if (/undone|rolled ?back/.test(head)) return 'undone';
  if (/verified|succeeded|passed/.test(head)) return 'good';
  if (/expired|wait|pending|verifying|executing|deferred|no answer/.test(head)) return 'waiting';
  if (/superseded|moved|out of date/.test(head)) return 'moved';
  return 'none';
}

/** How often people were asked for the same before, and whether it stood: a sign of success only where nothing was undone. */
export function pastOf(outcomes: readonly string[]): {
  readonly text: string;
  readonly icon: 'clock' | 'undone' | 'verified';
} {
  if (outcomes.length === 0) return { text: 'Never asked before', icon: 'clock' };
  const undone = outcomes.filter((outcome) => endedHow(outcome) === 'undone').length;
  const text = `Asked ${counted(outcomes.length, 'time')} before, ${undone === 0 ? 'none' : undone} undone`;
  return { text, icon: undone === 0 ? 'verified' : 'undone' };
}

/** What a raise changes in the limits, as `max_replicas 5 → 6`; the versions where the diff does not say. */
export function raiseText({ from, to, diff }: NonNullable<ApprovalCard['raise']>): string {
  const fields = new Map<string, string>();
  for (const { sign, text } of diff) {
    const [, key, value] = /^\s*(?:[\w.]+\.)?(\w+):\s*(.+)$/.exec(text) ?? [];
    if (key === undefined || value === undefined || key === 'version') continue;
    if (sign === '-') fields.set(key, value);
    const before = fields.get(key);
    if (sign === '+' && before !== undefined) return `${key} ${before} → ${value}, version ${to}`;
  }
  return `version ${from} → ${to}`;
}
