import { createHmac } from 'node:crypto';
import type { AlertNotice } from '../../ports/alertSink.ts';
import type { Clock } from '../../ports/clock.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import type { Letter } from './post.ts';

export interface WebhookOptions extends DeliveryOptions {
  readonly url: string;
  readonly secret: string;
  readonly clock: Clock;
}

/**
 * Posts each alert as JSON. `x-fairlead-signature: v1=<hex>` is HMAC-SHA256 by the shared secret over
 * `<x-fairlead-timestamp>.<body>`; a receiver checks it, drops what is older than five minutes, and keeps by `key`.
 */
export function webhookAlerts({ url, secret, clock, ...options }: WebhookOptions): Delivery {
  const prepare = (notice: AlertNotice): Letter =>
    signed(secret, clock, { version: 1, ...notice, at: new Date(notice.at).toISOString() });
  return new Delivery({ name: 'webhook', url, prepare }, options);
}

/** The letter a receiver can check: see {@link webhookAlerts}. */
export function signed(secret: string, clock: Clock, content: object): Letter {
  const body = JSON.stringify(content);
  const timestamp = String(Math.floor(clock.now() / 1000));
  return {
    body,
    headers: { 'x-fairlead-timestamp': timestamp, 'x-fairlead-signature': signature(secret, timestamp, body) },
  };
}

export const signature = (secret: string, timestamp: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
