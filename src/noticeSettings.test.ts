import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-settings-'));
afterAll(() => rmSync(dir, { recursive: true }));
let files = 0;
const file = (text: string): string => {
  files += 1;
  const name = path.join(dir, `file-${files}`);
  writeFileSync(name, text);
  return name;
};

const ROUTES = `
routes:
  "slack:#payments-ops": { url: "https://hooks.slack.com/services/T0/B0/hush" }
  "webhook:pager": { url: "https://pager.example.com/in", secret: "hush-hush-hush-hush" }
groups:
  leads: ["webhook:pager"]
`;

describe('the settings of notices', () => {
  it('name routes, their groups and a Redis, and all of them are secrets', () => {
    const config = loadConfig(
      {},
      { FAIRLEAD_ROUTES_FILE: file(ROUTES), REDIS_URL_FILE: file('rediss://me:s3cret%21@redis.example.com:6380\n') },
    );
    expect(config.ok && config.value.notices).toEqual({
      redis: 'rediss://me:s3cret%21@redis.example.com:6380',
      routes: {
        'slack:#payments-ops': { url: 'https://hooks.slack.com/services/T0/B0/hush' },
        'webhook:pager': { url: 'https://pager.example.com/in', secret: 'hush-hush-hush-hush' },
      },
      groups: { leads: ['webhook:pager'] },
    });
    expect(config.ok && config.value.secrets).toEqual([
      'https://hooks.slack.com/services/T0/B0/hush',
      'https://pager.example.com/in',
      'hush-hush-hush-hush',
      'rediss://me:s3cret%21@redis.example.com:6380',
      's3cret!',
    ]);
  });

  it('may be absent: then there is nothing', () => {
    const config = loadConfig({}, {});
    expect(config.ok && config.value.notices).toEqual({ routes: {}, groups: {} });
  });

  it('take a password with a stray percent sign as it is', () => {
    const config = loadConfig({}, { REDIS_URL: 'redis://:100%@redis.example.com' });
    expect(config.ok && config.value.secrets).toContain('100%');
  });

  it('take secrets of alerts and models from files', () => {
    const config = loadConfig(
      {},
      {
        FAIRLEAD_ALERT_WEBHOOK_URL: 'https://alerts.example.com/in',
        FAIRLEAD_ALERT_WEBHOOK_SECRET_FILE: file('one-secret-of-a-webhook\r\n'),
        FAIRLEAD_SLACK_WEBHOOK_URL_FILE: file('https://hooks.slack.com/services/x'),
      },
    );
    expect(config.ok && config.value.alerts).toEqual({
      webhook: { url: 'https://alerts.example.com/in', secret: 'one-secret-of-a-webhook' },
      slack: { url: 'https://hooks.slack.com/services/x' },
    });
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['a value and its file', () => ({ REDIS_URL: 'redis://x', REDIS_URL_FILE: file('redis://y') }), /both set/],
    ['a file that is not there', () => ({ REDIS_URL_FILE: path.join(dir, 'none') }), /REDIS_URL_FILE: .* \(ENOENT\)/],
    ['an empty file', () => ({ FAIRLEAD_SLACK_WEBHOOK_URL_FILE: file('\nhush') }), /has no first line/],
    ['an address of another sort', () => ({ REDIS_URL: 'http://hush' }), /REDIS_URL is no address of a Redis/],
    ['routes that are no YAML', () => ({ FAIRLEAD_ROUTES_FILE: file('{ hush') }), /is no YAML/],
    [
      'a webhook without a secret',
      () => ({ FAIRLEAD_ROUTES_FILE: routes('webhook:a', '{url: "https://hush"}') }),
      /webhook:a: .* signed/,
    ],
    [
      'a short secret',
      () => ({ FAIRLEAD_ROUTES_FILE: routes('webhook:a', '{url: "https://h", secret: hush}') }),
      /at least 16/,
    ],
    [
      'a route with another address',
      () => ({ FAIRLEAD_ROUTES_FILE: routes('slack:a', '{url: "file:///hush"}') }),
      /no http or https/,
    ],
    ['a name of another sort', () => ({ FAIRLEAD_ROUTES_FILE: routes('mail:a', '{url: "https://hush"}') }), /mail:a/],
    [
      'a group with a route that is not there',
      () => ({ FAIRLEAD_ROUTES_FILE: file(`${ROUTES}  sre: ["slack:#typo"]\n`) }),
      /sre: slack:#typo is not among/,
    ],
  ])('are refused with words that quote no secret: %s', (_, env, words) => {
    const config = loadConfig({}, env());
    expect(config.ok ? '' : config.error).toMatch(words);
    expect(config.ok ? '' : config.error).not.toMatch(/hush/);
  });
});

const routes = (name: string, value: string): string => file(`routes:\n  "${name}": ${value}\n`);
