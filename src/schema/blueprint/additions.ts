import { z } from 'zod';
import { promqlParts } from '../promql.ts';
import { type CustomParams, duration, hints, line, wholeNumber } from './scalars.ts';

/** The optional additions of a blueprint: blocks that most do without. Freeze and safety stand in the global rules as well. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const FreezeWindow = z.strictObject({
  cron: line(100, 'five cron fields such as 0 18 * * 5').describe('Five cron fields: when the window opens.'),
  time_zone: line(64, 'an IANA time zone such as Europe/Berlin').optional().describe('IANA name. Default UTC.'),
  duration: duration('60h', MINUTE, 366 * 24 * HOUR).describe('How long it stays closed to changes.'),
  reason: line(200, 'a reason').optional().describe('Shown with every verdict that waits for it.'),
});

export const freeze = z
  .array(FreezeWindow)
  .max(16)
  .optional()
  .describe('Times when nothing may change; an automatic undo still may.');

export const Safety = z.strictObject({
  cooldown: duration('60s', 0, 24 * HOUR)
    .optional()
    .describe('Wait after each write. Default 60s.'),
  operations_per_hour: wholeNumber(0, 1000).optional().describe('Writes of a service. Default 10.'),
  downs_per_hour: wholeNumber(0, 1000).optional().describe('Scale-downs among them. Default 4.'),
  optional_per_hour: wholeNumber(0, 1000)
    .optional()
    .describe('What an agent does beyond the computed floor. Default 6.'),
  breaker_failures: wholeNumber(1, 20)
    .optional()
    .describe('Consecutive failures that open the circuit breaker. Default 3.'),
  freshness: duration('45s', SECOND, HOUR).optional().describe('Older samples do not count. Default 45s.'),
  down_window: duration('450s', 0, 24 * HOUR)
    .optional()
    .describe('A scale-down goes no lower than the highest recommendation of this time. Default 7m30s.'),
});

const metric = (fallback: string, what: string) =>
  z
    .string()
    .max(253)
    .regex(/^[A-Za-z_:][A-Za-z0-9_:./-]*$/)
    .register(hints, { what: `the name of a custom metric such as ${fallback}`, code: 'InvalidName' })
    .optional()
    .describe(`${what}. Default ${fallback}.`);

const QUERY_LENGTH = 1000;

/** A PromQL expression whose series can be told, so that their own times can be asked for. */
const query = (what: string) =>
  line(QUERY_LENGTH, 'a PromQL expression that gives one value')
    .superRefine((text, context) => {
      const parts = promqlParts(text);
      if (parts.ok) return;
      const params: CustomParams = {
        code: 'InvalidQuery',
        expected: 'a PromQL expression over series that gives one value',
        fix: `${parts.error}; try the query in Prometheus first`,
      };
      context.addIssue({ code: 'custom', message: parts.error, params });
    })
    .optional()
    .describe(`PromQL that gives one value: ${what}.`);

export const Metrics = z.strictObject({
  latency_p95: metric('http_latency_p95_seconds', '95th percentile of latency, in seconds'),
  error_rate: metric('http_error_ratio', 'Failed requests as a fraction of all'),
  requests_per_second: metric('http_requests_per_second', 'Requests a second of the whole service'),
  queries: z
    .strictObject({
      latency_p95: query('the 95th percentile, in seconds'),
      error_rate: query('failed requests as a fraction of all, from 0 to 1'),
      requests_per_second: query('requests a second of the whole service'),
    })
    .optional()
    .describe('Queries of its own, where a Prometheus is set up. Each is asked alone, and instead of everything else.'),
});

const routes = (description: string) =>
  z
    .array(
      z
        .string()
        .max(120)
        .regex(/^(slack|webhook):[A-Za-z0-9#@._-]+$/)
        .register(hints, { what: 'a route such as slack:#payments-ops or webhook:pager', code: 'InvalidRoute' }),
    )
    .max(8)
    .optional()
    .describe(description);

export const Notifications = z.strictObject({
  alerts: routes('When a person is called.'),
  approvals: routes('When a request waits for an approver.'),
  security: routes('When something forbidden was asked for.'),
});

export const Approval = z.strictObject({
  quorum: wholeNumber(1, 10).optional().describe('Votes needed. Default 1.'),
  decide_within: duration('30m', MINUTE, 7 * 24 * HOUR)
    .optional()
    .describe('No answer by then means rejected. Default 30m.'),
  execute_within: duration('10m', MINUTE, 24 * HOUR)
    .optional()
    .describe('An approval unused by then expires. Default 10m.'),
  on_approval: z
    .enum(['once', 'update_blueprint'])
    .optional()
    .describe('What the command line takes when not told: this once, or raise the limit. Default update_blueprint.'),
});
