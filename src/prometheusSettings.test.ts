import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const URL = 'https://prometheus.example.com/x';
const settingsOf = (env: Record<string, string>) => {
  const config = loadConfig({}, env);
  return config.ok ? config.value : config.error;
};

describe('the settings of Prometheus', () => {
  it('are absent by default', () => {
    expect(settingsOf({})).not.toHaveProperty('prometheus');
  });

  it('name the address, who we are, the authority and the window', () => {
    const given = {
      FAIRLEAD_PROMETHEUS_URL: URL,
      FAIRLEAD_PROMETHEUS_CA_FILE: '/ca',
      FAIRLEAD_PROMETHEUS_WINDOW: '4m',
    };
    expect(settingsOf({ ...given, FAIRLEAD_PROMETHEUS_TOKEN_FILE: '/token' })).toMatchObject({
      prometheus: { url: URL, tokenFile: '/token', caFile: '/ca', windowMs: 240_000 },
      secrets: [],
    });
  });

  it('take a user from the address, and keep the password secret', () => {
    const config = settingsOf({ FAIRLEAD_PROMETHEUS_URL: 'https://ada:p%40ss@prometheus.example.com' });
    expect(config).toMatchObject({
      prometheus: { url: 'https://prometheus.example.com/', basic: 'ada:p@ss', windowMs: 60_000 },
      secrets: ['p@ss'],
    });
  });

  it('count a token among the secrets', () => {
    expect(settingsOf({ FAIRLEAD_PROMETHEUS_URL: URL, FAIRLEAD_PROMETHEUS_TOKEN: 'tok-en' })).toMatchObject({
      secrets: ['tok-en'],
    });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a token without an address',
      { FAIRLEAD_PROMETHEUS_TOKEN: 'hunter2' },
      /TOKEN is set and no address: set FAIRLEAD_PROMETHEUS_URL/,
    ],
    [
      'two ways to say who we are',
      { FAIRLEAD_PROMETHEUS_URL: 'https://a:hunter2@b', FAIRLEAD_PROMETHEUS_TOKEN: 'hunter2' },
      /both set/,
    ],
    [
      'a token with a line end',
      { FAIRLEAD_PROMETHEUS_URL: URL, FAIRLEAD_PROMETHEUS_TOKEN: 'hunter2\nx' },
      /spaces or line ends/,
    ],
    [
      'an authority without TLS',
      { FAIRLEAD_PROMETHEUS_URL: 'http://p', FAIRLEAD_PROMETHEUS_CA_FILE: '/ca' },
      /no https address/,
    ],
    [
      'a window without a unit',
      { FAIRLEAD_PROMETHEUS_URL: URL, FAIRLEAD_PROMETHEUS_WINDOW: '60' },
      /no duration between 10s and 10m/,
    ],
    [
      'a window too long',
      { FAIRLEAD_PROMETHEUS_URL: URL, FAIRLEAD_PROMETHEUS_WINDOW: '1h' },
      /no duration between 10s and 10m/,
    ],
    [
      'no web address',
      { FAIRLEAD_PROMETHEUS_URL: 'prometheus:9090' },
      /FAIRLEAD_PROMETHEUS_URL is no http or https address/,
    ],
  ])('are refused with words that quote nothing: %s', (_, env, words) => {
    const error = settingsOf(env);
    expect(error).toMatch(words);
    expect(error).not.toContain('hunter2');
  });
});
