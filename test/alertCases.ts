/** When an alert fires and when it does not, as promtool plays it: samples a minute apart, in its own notation. */
export interface AlertCase {
  readonly alert: string;
  /** Labels that the alert carries, and others count on. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of the moment at which it fires; a minute before its `for` is over it must not. */
  readonly at: number;
  readonly bad: Readonly<Record<string, string>>;
  /** Near it, and nobody's trouble. */
  readonly good: Readonly<Record<string, string>>;
}

const build = (roles: string): string => `fairlead_build_info{roles="${roles}", instance="a"}`;
const lease = (pod: string): string => `leader_election_master_status{name="fairlead-executor", instance="${pod}"}`;
/** Rises once, at minute 5: a process counts every reason from 0. */
const ROSE = '0x4 1x60';
const calls = (code: string): string => `fairlead_alerts_total{role="executor", code="${code}", instance="a"}`;
const called = (alert: string, code: string, labels: Readonly<Record<string, string>> = { code }): AlertCase => ({
  alert,
  labels,
  at: 6,
  bad: { [calls(code)]: ROSE },
  good: { [calls(code)]: '1x60', [calls('Anomaly')]: alert === 'FairleadPersonCalled' ? '0x60' : ROSE },
});
const notClosed = (state: string, pod = 'a'): string =>
  `fairlead_breaker_not_closed{namespace="shop", service="web", state="${state}", instance="${pod}"}`;
const SHOP_WEB = { namespace: 'shop', service: 'web' };

export const ALERT_CASES: readonly AlertCase[] = [
  ...(['controller', 'executor', 'gateway'] as const).map(
    (role): AlertCase => ({
      alert: `Fairlead${role[0]?.toUpperCase()}${role.slice(1)}Absent`,
      at: 6,
      bad: { [build('other')]: '1x60' },
      good: { [build('controller+executor+gateway')]: '1x60' },
    }),
  ),
  {
    alert: 'FairleadNoLeader',
    labels: { name: 'fairlead-executor' },
    at: 3,
    bad: { [lease('a')]: '0x60', [lease('b')]: '0x60' },
    good: { [lease('a')]: '0x60', [lease('b')]: '1x60' },
  },
  {
    alert: 'FairleadTwoLeaders',
    labels: { name: 'fairlead-executor' },
    at: 2,
    bad: { [lease('a')]: '1x60', [lease('b')]: '1x60' },
    // One scrape each side of a takeover.
    good: { [lease('a')]: '1x5 0x60', [lease('b')]: '0x4 1x60' },
  },
  {
    alert: 'FairleadPassesStopped',
    labels: { controller: 'observe', instance: 'a' },
    at: 8,
    bad: { 'fairlead_pass_age_seconds{controller="observe", instance="a"}': '15+60x60' },
    // Each role in a process of its own: nobody says anything of a loop that is elsewhere.
    good: {
      'fairlead_pass_age_seconds{controller="observe", instance="a"}': '15 290 15 290x60',
      'fairlead_pass_age_seconds{controller="lease", instance="a"}': '5x60',
      'fairlead_pass_age_seconds{controller="executor", instance="b"}': '5x60',
      'fairlead_pass_age_seconds{controller="gateway", instance="c"}': '5x60',
    },
  },
  {
    alert: 'FairleadPassesFail',
    labels: { controller: 'executor' },
    at: 10,
    bad: { 'controller_runtime_reconcile_total{controller="executor", result="error", instance="a"}': '0+1x60' },
    good: {
      'controller_runtime_reconcile_total{controller="executor", result="error", instance="a"}': '0x4 1x60',
      'controller_runtime_reconcile_total{controller="executor", result="success", instance="a"}': '0+60x60',
    },
  },
  {
    alert: 'FairleadClockSet',
    at: 6,
    bad: { 'fairlead_clock_steps_total{instance="a"}': ROSE },
    good: { 'fairlead_clock_steps_total{instance="a"}': '3x60', [calls('ClockDiffers')]: '0x60' },
  },
  called('FairleadUndoFailed', 'UndoFailed'),
  called('FairleadUndoFailed', 'UndoRefused'),
  {
    alert: 'FairleadServiceFrozen',
    labels: SHOP_WEB,
    at: 1,
    // Every process that watches the records says the same: one alert.
    bad: { [notClosed('frozen')]: '1x60', [notClosed('frozen', 'b')]: '1x60' },
    good: { [notClosed('held')]: '1x60' },
  },
  called('FairleadFloorWaiting', 'FloorWaiting'),
  {
    alert: 'FairleadBreakerOpen',
    labels: SHOP_WEB,
    at: 31,
    bad: { [notClosed('open')]: '1x20 _x40', [notClosed('half-open')]: '_x20 1x40' },
    good: { [notClosed('open')]: '1x10 _x50' },
  },
  {
    alert: 'FairleadVerificationsFail',
    at: 30,
    bad: { 'fairlead_verifications_total{outcome="fail", instance="a"}': '0x4 1 2 3 4 5x60' },
    good: {
      'fairlead_verifications_total{outcome="fail", instance="a"}': '0x4 1x60',
      'fairlead_verifications_total{outcome="pass", instance="a"}': '0+5x60',
    },
  },
  {
    alert: 'FairleadDecisionStuck',
    labels: { phase: 'Verifying' },
    at: 71,
    bad: { 'fairlead_decisions_open_oldest_seconds{phase="Verifying", instance="a"}': '0+60x80' },
    // People take their time, and a deferred wish has a time of its own.
    good: {
      'fairlead_decisions_open_oldest_seconds{phase="AwaitingApproval", instance="a"}': '0+60x80',
      'fairlead_decisions_open_oldest_seconds{phase="Deferred", instance="a"}': '0+60x80',
    },
  },
  called('FairleadFleetHalt', 'FleetHalt'),
  {
    alert: 'FairleadStopLeft',
    at: 241,
    bad: { 'fairlead_holds{kind="stop", instance="a"}': '1x300' },
    good: {
      'fairlead_holds{kind="stop", instance="a"}': '1x200 0x100',
      'fairlead_holds{kind="pause", instance="a"}': '1x300',
    },
  },
  called('FairleadForbiddenRequests', 'ForbiddenRequest', { role: 'executor' }),
  called('FairleadCountersTouched', 'CountersEdited'),
  {
    alert: 'FairleadApiDenied',
    labels: { method: 'PATCH' },
    at: 26,
    bad: { 'rest_client_requests_total{code="403", method="PATCH", host="h", instance="a"}': '0+1x60' },
    good: { 'rest_client_requests_total{code="403", method="PATCH", host="h", instance="a"}': '0x4 1x60' },
  },
  called('FairleadPersonCalled', 'VerificationInconclusive'),
  {
    alert: 'FairleadApprovalWaits',
    at: 37,
    bad: { 'fairlead_approvals_oldest_seconds{instance="a"}': '0+60x60' },
    good: { 'fairlead_approvals_oldest_seconds{instance="a"}': '0+60x29 0+60x29' },
  },
  {
    alert: 'FairleadNoticesDown',
    at: 11,
    bad: { 'fairlead_notice_queue{state="down", instance="a"}': '1x60' },
    good: {
      'fairlead_notice_queue{state="down", instance="a"}': '0x60',
      'fairlead_notice_queue{state="off", instance="a"}': '1x60',
    },
  },
  {
    alert: 'FairleadNoticesDead',
    at: 6,
    bad: { 'fairlead_notice_dead_jobs{instance="a"}': '2x60' },
    good: { 'fairlead_notice_dead_jobs{instance="a"}': '0x60' },
  },
  {
    alert: 'FairleadServicesBlind',
    at: 11,
    bad: { 'fairlead_services{standing="blind", instance="a"}': '1x60' },
    good: {
      'fairlead_services{standing="blind", instance="a"}': '1x5 0x60',
      'fairlead_services{standing="governed", instance="a"}': '9x60',
    },
  },
  {
    alert: 'FairleadBlueprintRefused',
    at: 16,
    bad: { 'fairlead_services{standing="refused", instance="a"}': '1x60' },
    good: { 'fairlead_services{standing="refused", instance="a"}': '0x60' },
  },
  {
    alert: 'FairleadMetricsStale',
    labels: { source: 'kubernetes', what: 'usage' },
    at: 7,
    bad: { 'fairlead_metric_sample_age_seconds{source="kubernetes", what="usage", instance="a"}': '20+30x60' },
    good: { 'fairlead_metric_sample_age_seconds{source="kubernetes", what="usage", instance="a"}': '44x60' },
  },
  {
    alert: 'FairleadMetricsFail',
    labels: { source: 'kubernetes', what: 'object' },
    at: 12,
    bad: { 'fairlead_metric_failures_total{source="kubernetes", what="object", instance="a"}': '0+4x60' },
    good: { 'fairlead_metric_failures_total{source="kubernetes", what="object", instance="a"}': '0x4 4x60' },
  },
  {
    alert: 'FairleadApiErrors',
    at: 11,
    bad: {
      'rest_client_requests_total{code="<error>", method="GET", host="h", instance="a"}': '0+3x60',
      'rest_client_requests_total{code="200", method="GET", host="h", instance="a"}': '0+10x60',
    },
    good: {
      'rest_client_requests_total{code="503", method="GET", host="h", instance="a"}': '0+1x60',
      'rest_client_requests_total{code="404", method="GET", host="h", instance="a"}': '0+20x60',
      'rest_client_requests_total{code="200", method="GET", host="h", instance="a"}': '0+20x60',
    },
  },
  {
    alert: 'FairleadJournalUnwritable',
    labels: { role: 'executor' },
    at: 6,
    bad: { 'fairlead_journal_append_failures_total{role="executor", instance="a"}': ROSE },
    good: { 'fairlead_journal_append_failures_total{role="executor", instance="a"}': '7x60' },
  },
  {
    alert: 'FairleadDiskFull',
    labels: { instance: 'a' },
    at: 11,
    bad: { 'fairlead_data_free_bytes{instance="a"}': '200000000x60' },
    good: {
      'fairlead_data_free_bytes{instance="a"}': '900000000x60',
      'fairlead_data_free_bytes{instance="b"}': 'NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN NaN',
    },
  },
  {
    alert: 'FairleadModelFallback',
    labels: { role: 'decision-engine' },
    at: 30,
    bad: {
      'fairlead_agent_answers_total{role="decision-engine", by="fallback", instance="a"}': '0+2x60',
      'fairlead_agent_answers_total{role="decision-engine", by="model", instance="a"}': '0+1x60',
    },
    good: {
      'fairlead_agent_answers_total{role="decision-engine", by="fallback", instance="a"}': '0+1x60',
      'fairlead_agent_answers_total{role="decision-engine", by="model", instance="a"}': '0+4x60',
      // No model was ever set up there.
      'fairlead_agent_answers_total{role="blueprint-parser", by="rules", instance="a"}': '0+4x60',
    },
  },
  {
    alert: 'FairleadTokensSpent',
    at: 6,
    bad: { 'fairlead_model_calls_total{role="decision-engine", result="overBudget", instance="a"}': '0x4 3x60' },
    good: { 'fairlead_model_calls_total{role="decision-engine", result="answered", instance="a"}': '0+3x60' },
  },
];
