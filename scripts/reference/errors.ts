import { PROBLEMS, REFUSALS } from '../../src/faces/http/problemCodes.ts';
import { MCP_FAULTS } from '../../src/faces/mcp/fault.ts';
import { CLUSTER_ERRORS } from '../../src/ports/cluster.ts';
import { MODEL_ERRORS } from '../../src/ports/model.ts';
import { FAULT_CODES } from '../../src/schema/blueprint/faultCodes.ts';
import { FINDING_CODES, RULE_FAILED } from '../../src/schema/findingCodes.ts';
import { exitCodes } from './cli.ts';
import { code, page, table } from './markdown.ts';

const EFFECTS: Readonly<Record<string, string>> = {
  forbid: 'refuses',
  restrict: 'asks people',
  wait: 'not now',
  note: 'explains',
  'forbid or note': 'refuses, or explains',
  'note or wait': 'explains, or not now',
};

/** `docs/reference/errors.md`: every code that says no, and what it means. */
export function errorsPage(): string {
  return page(
    'Codes of errors',
    'Every code by which a blueprint, a request or a call is refused, and what it means.',
    'Codes are stable: programs may go by them. The words beside them are for people, and change.',
    '',
    '## Faults of blueprints',
    '',
    'In `fairlead validate -o json`, and as the reason of the condition `Accepted` of a Blueprint.',
    '',
    ...table(
      ['Code', 'Means'],
      Object.entries(FAULT_CODES).map(([name, means]) => [code(name), means]),
    ),
    '## Findings of the gate',
    '',
    'In verdicts, Decisions, the journal, `fairlead why` and the metric `fairlead_findings_total`. What each rule demands:',
    '[rules.md](rules.md). *Refuses*: no approval and no waiting lifts it. *Asks people*: an approval lifts it. *Not now*: it ends by',
    'itself, or when what is named has ended. *Explains*: it decides nothing.',
    '',
    ...Object.entries(FINDING_CODES).flatMap(([rule, found]) => [
      `### ${rule}`,
      '',
      ...table(
        ['Code', 'Effect', 'Means'],
        Object.entries(found).map(([name, [effect, means]]) => [code(name), EFFECTS[effect] ?? '', means]),
      ),
    ]),
    '### Of any rule',
    '',
    ...table(
      ['Code', 'Effect', 'Means'],
      [
        [
          code(RULE_FAILED),
          'refuses',
          'The rule could not be evaluated. It is a defect: the log of the process has the error.',
        ],
      ],
    ),
    '## HTTP API',
    '',
    'In `error.code` of an answer. Of the request itself:',
    '',
    ...statuses(PROBLEMS),
    'Of what a person asked the gateway for:',
    '',
    ...statuses(REFUSALS),
    '## MCP',
    '',
    'What the gate refuses is an answer of the tool, with `isError`, and no error of the protocol. `fairlead mcp` answers with these where the',
    'gateway gave no answer:',
    '',
    ...table(
      ['Code', 'Kind', 'Means'],
      Object.entries(MCP_FAULTS).map(([kind, [number, means]]) => [code(String(number)), code(kind), means]),
    ),
    '## Calls to the API server',
    '',
    'Where a read or a write of the cluster failed, in logs.',
    '',
    ...table(
      ['Code', 'Means'],
      Object.entries(CLUSTER_ERRORS).map(([name, means]) => [code(name), means]),
    ),
    '## Calls to a model',
    '',
    'In journals, logs and the label `result` of `fairlead_model_calls_total`. Whatever it is, the rules answer in its place.',
    '',
    ...table(
      ['Code', 'Means'],
      Object.entries(MODEL_ERRORS).map(([name, means]) => [code(name), means]),
    ),
    '## Exit codes',
    '',
    ...exitCodes(),
  );
}

const statuses = (codes: Readonly<Record<string, readonly [number, string]>>): string[] =>
  table(
    ['Code', 'Status', 'Means'],
    Object.entries(codes).map(([name, [status, means]]) => [code(name), String(status), means]),
  );
