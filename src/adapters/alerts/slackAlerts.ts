import type { AlertNotice } from '../../ports/alertSink.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import type { Letter } from './post.ts';

/** Longer texts Slack cuts or refuses. */
const MOST_CHARACTERS = 2_000;

/** Posts each alert to a Slack incoming webhook. Its address is the secret: whoever has it may post. */
export function slackAlerts({ url, ...options }: DeliveryOptions & { readonly url: string }): Delivery {
  const prepare = (notice: AlertNotice): Letter => slackLetter({ text: slackText(notice) });
  return new Delivery({ name: 'slack', url, prepare }, options);
}

/** `text` must be escaped: see {@link slackSafe}. */
export const slackLetter = (message: { readonly text: string; readonly blocks?: readonly object[] }): Letter => ({
  body: JSON.stringify({ ...message, mrkdwn: false, unfurl_links: false, unfurl_media: false }),
  headers: {},
});

export function slackText({ code, namespace, service, message, decision }: AlertNotice): string {
  const from = decision === undefined ? '' : ` (Decision ${decision})`;
  return slackSafe(`Fairlead calls a person: ${code} at ${namespace}/${service}: ${message}${from}`, MOST_CHARACTERS);
}

/** One line of words that quote what others wrote: it can neither mention anyone nor carry a link or a line of its own. */
export function slackSafe(words: string, max: number): string {
  const line = words.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').replaceAll('://', ':\u200b//');
  const cut = line.length > max ? `${line.slice(0, max - 1)}…` : line;
  return cut.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
