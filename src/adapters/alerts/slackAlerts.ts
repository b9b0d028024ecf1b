import type { AlertNotice } from '../../ports/alertSink.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';

/** Longer texts Slack cuts or refuses. */
const MOST_CHARACTERS = 2_000;

/** Posts each alert to a Slack incoming webhook. Its address is the secret: whoever has it may post. */
export function slackAlerts({ url, ...options }: DeliveryOptions & { readonly url: string }): Delivery {
  const prepare = (notice: AlertNotice): { body: string; headers: Record<string, string> } => ({
    body: JSON.stringify({ text: slackText(notice), mrkdwn: false, unfurl_links: false, unfurl_media: false }),
    headers: {},
  });
  return new Delivery({ name: 'slack', url, prepare }, options);
}

/** One line; a message quotes what others wrote, and must neither mention anyone nor carry a link or a line of its own. */
export function slackText({ code, namespace, service, message, decision }: AlertNotice): string {
  const words = `Fairlead calls a person: ${code} at ${namespace}/${service}: ${message}${decision === undefined ? '' : ` (Decision ${decision})`}`;
  const line = words.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').replaceAll('://', ':\u200b//');
  const cut = line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line;
  return cut.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
