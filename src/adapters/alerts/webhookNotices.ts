import type { Clock } from '../../ports/clock.ts';
import type { NoticeSink } from '../../ports/noticeSink.ts';
import { TIMEOUT_MS } from './delivery.ts';
import { post } from './post.ts';
import type { NoticeOptions } from './slackNotices.ts';
import { signed } from './webhookAlerts.ts';

export interface WebhookNoticeOptions extends NoticeOptions {
  readonly secret: string;
  readonly clock: Clock;
}

/** Posts each notice as JSON with `type: "approval"`, signed like an alert: a receiver keeps by `key`. */
export function webhookNotices(options: WebhookNoticeOptions): NoticeSink {
  const { route, url, secret, clock, redact, timeoutMs = TIMEOUT_MS } = options;
  return {
    route,
    send({ before, after, requester, at, decideBy, ...notice }) {
      const content = {
        version: 1,
        type: 'approval',
        ...notice,
        before: redact(before),
        after: redact(after),
        requester: redact(requester),
        at: new Date(at).toISOString(),
        decideBy: new Date(decideBy).toISOString(),
      };
      return post(url, signed(secret, clock, content), timeoutMs);
    },
  };
}
