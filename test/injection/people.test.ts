import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/adapters/pino/log.ts';
import { attribution } from '../../src/executor/records/events.ts';
import type { HeldDecision } from '../../src/executor/records/heldDecision.ts';
import { print, table } from '../../src/faces/cli/io.ts';
import { told } from '../../src/faces/cli/why.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { eventObject } from '../../src/schema/eventObject.ts';
import { DECISION_SPEC, DECISION_STATUS, decisionObject } from '../../src/testing/contractObjects.ts';
import { CASES } from './payloads.ts';

/** Whatever draws, hides, or begins a line; a newline is allowed where a test says so. */
const UNSEEN = /[\p{C}\u2028\u2029]|\p{Default_Ignorable_Code_Point}/u;

const decision = (text: string): DecisionObject => ({
  ...(decisionObject('shop', 'storefront-1') as DecisionObject),
  spec: {
    ...DECISION_SPEC,
    tool: text.slice(0, 64),
    requester: { kind: 'person', name: text.slice(0, 200) },
    rationale: text.slice(0, 2_000),
    objection: text.slice(0, 2_000),
    evidence: [text.slice(0, 300)],
    brief: text.slice(0, 4_000),
    origin: { ...DECISION_SPEC.origin, prompt: 'p@1', model: text.slice(0, 200), read: [text.slice(0, 64)] },
    verdict: {
      ...DECISION_SPEC.verdict,
      approvers: [text.slice(0, 200)],
      findings: [{ rule: 'G0', code: 'NotGranted', effect: 'forbid', message: text.slice(0, 500), values: {} }],
    },
  },
  status: { ...DECISION_STATUS, message: text.slice(0, 500) },
});

function printed(format: 'json' | 'yaml' | 'table', data: unknown, text: () => string): string {
  const lines: string[] = [];
  const io = { out: (line: string) => void lines.push(line), err: () => undefined };
  print({ ...io, signal: new AbortController().signal, interactive: false }, format, data, text);
  return lines.join('');
}

describe.each(CASES)('%s, shown to people', (_, { text }) => {
  it('is one harmless line of an Event', () => {
    const held = { ...decision(text), name: 'storefront-1', person: true } as unknown as HeldDecision;
    const { note, action } = eventObject(
      {
        reason: 'RefusedByFairlead',
        key: 'k',
        note: `refused: ${text}; ${attribution(held)}`,
        action: text,
        role: 'executor',
        namespace: 'shop',
        deployment: { name: 'storefront' },
      },
      0,
    ) as unknown as { note: string; action: string };
    expect(note).not.toMatch(UNSEEN);
    expect(action).not.toMatch(UNSEEN);
    expect(note.length).toBeLessThanOrEqual(1_000);
  });

  it('forges no line of why, and draws nothing there', () => {
    const plain = told(decision('words'));
    const lines = told(decision(text));
    // A brief has lines of its own, each of them indented.
    expect(lines.length).toBeLessThanOrEqual(plain.length + text.slice(0, 4_000).split('\n').length);
    for (const line of lines) {
      expect(line).not.toMatch(UNSEEN);
      expect(line.length).toBeLessThan(1_100);
    }
  });

  it('fills no more than its cell of a table', () => {
    const shown = printed('table', [], () =>
      table(
        ['DECISION', 'BY'],
        [
          ['shop/a', text],
          [text, 'x'],
        ],
      ),
    );
    expect(shown.trimEnd().split('\n')).toHaveLength(3);
    expect(shown.replaceAll('\n', '')).not.toMatch(UNSEEN);
  });

  it.each(['json', 'yaml'] as const)('is written visibly as %s, and reads as it was', (format) => {
    const shown = printed(format, { text }, () => '');
    expect(shown.replaceAll('\n', '')).not.toMatch(UNSEEN);
    if (format === 'json') expect(JSON.parse(shown)).toEqual({ text });
  });

  it('is one line of the log', () => {
    const lines: string[] = [];
    createLog({ to: { write: (line) => void lines.push(line) } }).warn(
      { why: text, error: String(new Error(text)) },
      'a message',
    );
    expect(lines).toHaveLength(1);
    const [line = ''] = lines;
    expect(line.endsWith('\n')).toBe(true);
    expect(line.slice(0, -1)).not.toMatch(UNSEEN);
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', msg: 'a message' });
  });
});
