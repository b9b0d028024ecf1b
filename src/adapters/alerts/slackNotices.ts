import type { ApprovalNotice, NoticeSink } from '../../ports/noticeSink.ts';
import { type DeliveryOptions, TIMEOUT_MS } from './delivery.ts';
import { post } from './post.ts';
import { slackLetter, slackSafe } from './slackAlerts.ts';

export type NoticeOptions = Pick<DeliveryOptions, 'redact' | 'timeoutMs'> & {
  /** As blueprints name it. */
  readonly route: string;
  readonly url: string;
};

/** Slack's own limits for a header and for a field. */
const HEADER = 150;
const FIELD = 300;

/** Posts each notice to a Slack incoming webhook: a summary and a link. Nothing can be decided in Slack. */
export function slackNotices({ route, url, redact, timeoutMs = TIMEOUT_MS }: NoticeOptions): NoticeSink {
  return { route, send: (notice) => post(url, slackLetter(slackMessage(notice, redact)), timeoutMs) };
}

/**
 * What others wrote stands in `plain_text` alone, where Slack reads no mention, no link and no mark-up. The link is a link
 * and no button: pressing one would ask an app that is not there, and show the reader a warning.
 */
export function slackMessage(
  notice: ApprovalNotice,
  redact: (text: string) => string = (text) => text,
): { readonly text: string; readonly blocks: readonly object[] } {
  const safe = (text: string, max: number): string => slackSafe(redact(text), max);
  const field = (title: string, text: string): object => plain(safe(`${title}: ${text}`, FIELD));
  const title = safe(titleOf(notice), HEADER);
  const { before, after, operation, target, risk, requester, groups, yes, quorum, decideBy, link, kind } = notice;
  return {
    text: title,
    blocks: [
      { type: 'header', text: plain(title) },
      {
        type: 'section',
        fields: [
          field('What', `${operation} of ${target}`),
          field('Change', `${before} to ${after}`),
          field('Risk', risk),
          field('Asked by', requester),
          field(kind === 'expire' ? 'Were asked' : 'Asked', groups.join(', ')),
          field('Said yes', `${yes} of ${quorum}`),
          field(kind === 'expire' ? 'Ended' : 'Decide by', utc(decideBy)),
        ],
      },
      ...(link === undefined
        ? []
        : [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: `<${link}|Read it${kind === 'expire' ? '' : ' and decide'} in Fairlead>` },
            },
          ]),
    ],
  };
}

const TITLES: Readonly<Record<ApprovalNotice['kind'], string>> = {
  notify: 'Approval needed',
  remind: 'Still needs an answer',
  escalate: 'Nobody has decided yet',
  expire: 'Nobody decided in time, so the answer is no',
};

const titleOf = ({ kind, namespace, service, before, after }: ApprovalNotice): string =>
  `${TITLES[kind]}: ${namespace}/${service}, ${before} to ${after}`;

const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false });

const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
