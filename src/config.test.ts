import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const SECRET = 'a-secret-of-the-webhook';
const URL = 'https://alerts.example.com/fairlead';
const SLACK = 'https://hooks.slack.com/services/T0/B0/x';

describe('the settings of alerts', () => {
  it('name both sinks, and their addresses and secret are secrets', () => {
    const config = loadConfig(
      {},
      {
        FAIRLEAD_ALERT_WEBHOOK_URL: URL,
        FAIRLEAD_ALERT_WEBHOOK_SECRET: SECRET,
        FAIRLEAD_SLACK_WEBHOOK_URL: SLACK,
      },
    );
    expect(config.ok && config.value).toMatchObject({
      alerts: { webhook: { url: URL, secret: SECRET }, slack: { url: SLACK } },
      secrets: [SECRET, URL, SLACK],
    });
  });

  it('may be absent or empty: then there is no sink', () => {
    const config = loadConfig({}, { FAIRLEAD_SLACK_WEBHOOK_URL: '' });
    expect(config.ok && config.value.alerts).toEqual({});
  });

  it.each([
    ['an address without a secret', { FAIRLEAD_ALERT_WEBHOOK_URL: URL }, /ALERT_WEBHOOK_URL is set without .*_SECRET/],
    ['a secret without an address', { FAIRLEAD_ALERT_WEBHOOK_SECRET: SECRET }, /SECRET is set without .*_URL/],
    ['a short secret', { FAIRLEAD_ALERT_WEBHOOK_URL: URL, FAIRLEAD_ALERT_WEBHOOK_SECRET: 'hunter2' }, /at least 16/],
    [
      'an address of another sort',
      { FAIRLEAD_SLACK_WEBHOOK_URL: 'file:///etc/passwd' },
      /SLACK_WEBHOOK_URL is no http/,
    ],
    ['a model of another sort', { FAIRLEAD_MODEL_URL: 'ftp://user:hunter2@host' }, /MODEL_URL is no http/],
  ])('are refused with words that quote nothing: %s', (_, env, words) => {
    const config = loadConfig({}, env);
    expect(config.ok ? '' : config.error).toMatch(words);
    expect(config.ok ? '' : config.error).not.toMatch(/hunter2|passwd|a-secret/);
  });
});
