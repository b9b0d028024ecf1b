import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { ALERTS, type AlertCode } from '../../src/schema/alertCodes.ts';
import { EVENTS, type EventReason } from '../../src/schema/eventReasons.ts';
import { code, page, table } from './markdown.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

/** `docs/reference/events.md`: every Event by its reason, every alert by its code, and what to do. */
export function eventsPage(): string {
  return page(
    'Events and alerts',
    'Every Kubernetes Event that Fairlead writes and every alert that calls a person: when, and what to do.',
    'Events are `events.k8s.io/v1`, by `fairlead.dev/executor` or `fairlead.dev/controller`: `kubectl describe` of the object shows them,',
    'and `kubectl get events -A --field-selector reason=FairleadAlert` lists alerts. Each is written once, whatever crashes in between.',
    '',
    '## Events',
    '',
    ...table(
      ['Reason', 'Type', 'On', 'By', 'When', 'What to do'],
      (Object.keys(EVENTS) as EventReason[]).map((reason) => {
        const { type, on, by, when, act } = EVENTS[reason];
        return [code(reason), type, on, by, when, reason === 'FairleadAlert' ? 'See [the alerts](#alerts).' : act];
      }),
    ),
    '## Alerts',
    '',
    'An alert is an Event `FairleadAlert`, a record of the journal, a line of the log, one more in `fairlead_alerts_total`, and a message to',
    "the webhook and to Slack where those are set up. `ClockSet` goes to log, webhook and Slack alone. Those marked (1) are the controller's:",
    'they go to Event, journal and log, and to no webhook.',
    '',
    ...table(
      ['Code', 'Means', 'What to do', 'Runbook'],
      (Object.keys(ALERTS) as AlertCode[]).map((name) => [
        'by' in ALERTS[name] ? `${code(name)} (1)` : code(name),
        ALERTS[name].means,
        ALERTS[name].act,
        runbook(name),
      ]),
    ),
  );
}

/** Of the alert rule that names the code; else of the section that does; else of the rule for all others. */
function runbook(name: AlertCode): string {
  const rule = rules().find(({ expr }) => /code=~?"([^"]*)"/.exec(expr)?.[1]?.split('|').includes(name));
  const section = sections()
    .find((text) => new RegExp(`\\b${name}\\b`).test(text))
    ?.split('\n', 1)[0];
  const alert = rule?.alert ?? section ?? 'FairleadPersonCalled';
  return `[${alert}](../RUNBOOKS.md#${alert.toLowerCase()})`;
}

const sections = (): readonly string[] => read('docs/RUNBOOKS.md').split(/^## /m).slice(1);

function rules(): readonly { readonly alert: string; readonly expr: string }[] {
  const file: { groups: { rules: { alert: string; expr: string }[] }[] } = parse(read('deploy/monitoring/alerts.yaml'));
  return file.groups.flatMap((group) => group.rules);
}

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');
