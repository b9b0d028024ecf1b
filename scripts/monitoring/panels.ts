/** One panel of the dashboard: what it asks Prometheus, and how the answer is read. */
export interface Panel {
  readonly title: string;
  /** What to make of it, for who has never seen it. */
  readonly about: string;
  readonly kind: 'stat' | 'lines' | 'stack' | 'table';
  /** Grafana's units. */
  readonly unit: 'short' | 's' | 'bytes' | 'percentunit' | 'reqps' | 'cpm';
  readonly queries: readonly (readonly [legend: string, expr: string])[];
  /** From here on it is drawn in red. */
  readonly alarm?: number;
  /** Of 24. */
  readonly width: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/**
 * Counters are summed over processes. What stands in the records is told alike by every process that watches them: there
 * the highest is taken.
 */
const perMinute = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}[$__rate_interval])) * 60`;
const quantile = (q: number, metric: string, by = ''): string =>
  `histogram_quantile(${q}, sum by (le${by && `, ${by}`}) (rate(${metric}_bucket[$__rate_interval])))`;

const stat = (title: string, expr: string, about: string, alarm?: number): Panel => ({
  title,
  about,
  kind: 'stat',
  unit: 'short',
  queries: [['', expr]],
  width: 4,
  ...(alarm !== undefined && { alarm }),
});

export const ROWS: readonly Row[] = [
  {
    title: 'Now',
    panels: [
      stat(
        'Services governed',
        'max(fairlead_services{standing="governed"})',
        'Blueprints that the last pass looked at.',
      ),
      stat(
        'Seen in part',
        'max(fairlead_services{standing="blind"})',
        'Something of them cannot be read: most changes wait.',
        1,
      ),
      stat(
        'Breakers not closed',
        'max(sum by (instance) (fairlead_breakers{state!="closed"}))',
        'Open, half open, held by a person, or frozen after a failed undo.',
        1,
      ),
      stat('Wait for people', 'max(fairlead_approvals_pending)', 'Approval requests without an answer.'),
      stat(
        'Under way',
        'sum(max by (phase) (fairlead_decisions_open{phase=~"Executing|Verifying"})) or vector(0)',
        'Decisions whose change is being written or verified.',
      ),
      stat('Pauses and stops', 'sum(max by (kind) (fairlead_holds))', 'What people have halted.', 1),
    ],
  },
  {
    title: 'Decisions',
    panels: [
      {
        title: 'Verdicts of the gate',
        about: 'Per minute. One request is judged several times: when it is made, and again before it is carried out.',
        kind: 'stack',
        unit: 'cpm',
        queries: [['{{verdict}}', perMinute('fairlead_verdicts_total{operation!="read"}', 'verdict')]],
        width: 8,
      },
      {
        title: 'What forbids, restricts or lets wait',
        about: 'The ten most frequent findings by rule and code; docs/reference/rules.md says what each rule demands.',
        kind: 'lines',
        unit: 'cpm',
        queries: [
          ['{{rule}} {{code}}', `topk(10, ${perMinute('fairlead_findings_total{effect!="note"}', 'rule, code')})`],
        ],
        width: 8,
      },
      {
        title: 'Operations ended',
        about: 'In the last hour, by outcome. RolledBack is a change that made things worse and was undone.',
        kind: 'stack',
        unit: 'short',
        queries: [['{{outcome}}', 'sum by (outcome) (increase(fairlead_operations_total[1h])) > 0']],
        width: 8,
      },
      {
        title: 'Changes written, and undone',
        about: 'Writes of workloads in the last hour.',
        kind: 'stack',
        unit: 'short',
        queries: [
          ['{{kind}}', 'sum by (kind) (increase(fairlead_changes_applied_total{undo!="true"}[1h])) > 0'],
          ['undo of {{kind}}', 'sum by (kind) (increase(fairlead_changes_applied_total{undo="true"}[1h])) > 0'],
        ],
        width: 8,
      },
      {
        title: 'From the wish to the end',
        about: 'Of Decisions that ended in the last hour; waiting for people is part of it.',
        kind: 'lines',
        unit: 's',
        queries: [
          ['half', 'histogram_quantile(0.5, sum by (le) (increase(fairlead_operation_seconds_bucket[1h])))'],
          ['19 of 20', 'histogram_quantile(0.95, sum by (le) (increase(fairlead_operation_seconds_bucket[1h])))'],
        ],
        width: 8,
      },
      {
        title: 'A person was called',
        about: 'In the last hour, by code; docs/RUNBOOKS.md.',
        kind: 'stack',
        unit: 'short',
        queries: [['{{code}}', 'sum by (code) (increase(fairlead_alerts_total[1h])) > 0']],
        width: 8,
      },
      {
        title: 'Services whose breaker is not closed',
        about: 'At most 200 are named.',
        kind: 'table',
        unit: 'short',
        queries: [
          ['{{namespace}}/{{service}}: {{state}}', 'max by (namespace, service, state) (fairlead_breaker_not_closed)'],
        ],
        width: 8,
      },
      {
        title: 'The oldest that waits',
        about: 'For people, and for its own change to be verified.',
        kind: 'lines',
        unit: 's',
        queries: [
          ['people', 'max(fairlead_approvals_oldest_seconds)'],
          [
            '{{phase}}',
            'max by (phase) (fairlead_decisions_open_oldest_seconds{phase=~"Pending|Executing|Verifying|Deferred"})',
          ],
        ],
        width: 8,
      },
      {
        title: 'Votes and blueprint versions',
        about: 'In the last hour.',
        kind: 'stack',
        unit: 'short',
        queries: [
          ['{{vote}}', 'sum by (vote) (increase(fairlead_votes_total[1h]))'],
          ['blueprint accepted: {{accepted}}', 'sum by (accepted) (increase(fairlead_blueprint_versions_total[1h]))'],
        ],
        width: 8,
      },
    ],
  },
  {
    title: 'What decisions are made from',
    panels: [
      {
        title: 'Age of the newest sample',
        about: 'When it was read. From 45 s on nothing disruptive is decided on it.',
        kind: 'lines',
        unit: 's',
        queries: [['{{source}} {{what}}', 'max by (source, what) (fairlead_metric_sample_age_seconds)']],
        alarm: 45,
        width: 8,
      },
      {
        title: 'Samples of a reading, and failed queries',
        about: 'Samples of the newest reading; failed queries a minute.',
        kind: 'lines',
        unit: 'short',
        queries: [
          ['{{what}} samples', 'max by (what) (fairlead_metric_samples)'],
          ['{{source}} {{what}} failures', `${perMinute('fairlead_metric_failures_total', 'source, what')} > 0`],
        ],
        width: 8,
      },
      {
        title: 'Readings',
        about: 'How often the sources are asked, and how long it takes.',
        kind: 'lines',
        unit: 's',
        queries: [
          ['19 of 20 within', quantile(0.95, 'fairlead_metric_read_seconds')],
          ['readings a second', 'sum(rate(fairlead_metric_reads_total[$__rate_interval]))'],
        ],
        width: 8,
      },
    ],
  },
  {
    title: 'Models',
    panels: [
      {
        title: 'Answers of the agents',
        about: 'Per minute. fallback: rules answered because the model did not.',
        kind: 'stack',
        unit: 'cpm',
        queries: [['{{role}} by {{by}}', perMinute('fairlead_agent_answers_total', 'role, by')]],
        width: 8,
      },
      {
        title: 'Exchanges by result',
        about: 'Per minute. paused and overBudget: nothing was sent.',
        kind: 'stack',
        unit: 'cpm',
        queries: [['{{result}}', perMinute('fairlead_model_calls_total', 'result')]],
        width: 8,
      },
      {
        title: 'Time of an exchange',
        about: '19 of 20 within.',
        kind: 'lines',
        unit: 's',
        queries: [['{{role}}', quantile(0.95, 'fairlead_model_call_seconds', 'role')]],
        width: 8,
      },
      {
        title: 'Tokens',
        about: 'Per minute; cached ones are among the prompt tokens.',
        kind: 'lines',
        unit: 'cpm',
        queries: [['{{kind}}', perMinute('fairlead_model_tokens_total', 'kind')]],
        width: 12,
      },
      {
        title: 'Cost of the last hour',
        about: 'In the currency of the configured prices; empty without prices.',
        kind: 'lines',
        unit: 'short',
        queries: [['{{role}}', 'sum by (role) (increase(fairlead_model_cost_total[1h]))']],
        width: 12,
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'Who acts',
        about: '1 for the replica that holds the Lease.',
        kind: 'lines',
        unit: 'short',
        queries: [['{{name}} {{instance}}', 'leader_election_master_status']],
        width: 8,
      },
      {
        title: 'Length of a pass',
        about: '19 of 20 within.',
        kind: 'lines',
        unit: 's',
        queries: [['{{controller}}', quantile(0.95, 'controller_runtime_reconcile_time_seconds', 'controller')]],
        width: 8,
      },
      {
        title: 'Since the last pass, and broken passes',
        about: 'A loop that stands still is drawn as a slope.',
        kind: 'lines',
        unit: 's',
        queries: [
          ['{{controller}}', 'max by (controller) (fairlead_pass_age_seconds)'],
          [
            '{{controller}} broken a minute',
            `${perMinute('controller_runtime_reconcile_total{result="error"}', 'controller')} > 0`,
          ],
        ],
        alarm: 300,
        width: 8,
      },
      {
        title: 'Requests to the API server',
        about: 'A second, by code; <error>: no answer came.',
        kind: 'stack',
        unit: 'reqps',
        queries: [['{{code}}', 'sum by (code) (rate(rest_client_requests_total[$__rate_interval]))']],
        width: 8,
      },
      {
        title: 'Time of an API request',
        about: '19 of 20 within.',
        kind: 'lines',
        unit: 's',
        queries: [['{{verb}}', quantile(0.95, 'rest_client_request_duration_seconds', 'verb')]],
        width: 8,
      },
      {
        title: 'Journal',
        about: 'Records a minute by role; what could not be written was not done.',
        kind: 'lines',
        unit: 'cpm',
        queries: [
          ['{{role}}', perMinute('fairlead_journal_records_total', 'role')],
          ['{{role}} failed', `${perMinute('fairlead_journal_append_failures_total', 'role')} > 0`],
        ],
        width: 8,
      },
      {
        title: 'Disk',
        about: 'The journals, and what is left beside them.',
        kind: 'lines',
        unit: 'bytes',
        queries: [
          ['journals {{instance}}', 'fairlead_journal_size_bytes'],
          ['free {{instance}}', 'fairlead_data_free_bytes'],
        ],
        width: 8,
      },
      {
        title: 'A record on disk',
        about: '99 of 100 within.',
        kind: 'lines',
        unit: 's',
        queries: [['{{role}}', quantile(0.99, 'fairlead_journal_append_seconds', 'role')]],
        width: 8,
      },
      {
        title: 'Notices',
        about: 'Jobs in the queue, and those that were given up on.',
        kind: 'lines',
        unit: 'short',
        queries: [
          ['{{state}}', 'max by (state) (fairlead_notice_jobs)'],
          ['given up', 'max(fairlead_notice_dead_jobs)'],
        ],
        width: 8,
      },
      {
        title: 'CPU',
        about: 'Cores used.',
        kind: 'lines',
        unit: 'short',
        queries: [
          ['{{instance}}', 'rate(process_cpu_seconds_total[$__rate_interval]) and on (instance) fairlead_build_info'],
        ],
        width: 8,
      },
      {
        title: 'Memory',
        about: 'Resident.',
        kind: 'lines',
        unit: 'bytes',
        queries: [['{{instance}}', 'process_resident_memory_bytes and on (instance) fairlead_build_info']],
        width: 8,
      },
      {
        title: 'Event loop',
        about: 'How late it turns, 99 of 100 within.',
        kind: 'lines',
        unit: 's',
        queries: [['{{instance}}', 'nodejs_eventloop_lag_p99_seconds and on (instance) fairlead_build_info']],
        width: 8,
      },
    ],
  },
];
