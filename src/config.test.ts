import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { modelFor } from './modelSettings.ts';
import { MODEL_ROLES, type ModelRole } from './schema/modelRole.ts';

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

const MODEL = {
  FAIRLEAD_MODEL_URL: 'http://models.example/v1',
  FAIRLEAD_MODEL: 'small',
  FAIRLEAD_MODEL_KEY: 'key-of-all',
  FAIRLEAD_MODEL_PRICES: '2.5, 0.25, 10',
};
const modelsOf = (env: Record<string, string>) => {
  const config = loadConfig({}, env);
  if (!config.ok) throw new Error(config.error);
  return { config: config.value, of: (role: ModelRole) => modelFor(config.value.models, role) };
};

describe('the settings of models', () => {
  const all = { url: 'http://models.example/v1', name: 'small', key: 'key-of-all' };
  const prices = { prompt: 2.5, cached: 0.25, completion: 10 };

  it('name one for all roles, with sane limits', () => {
    const { config, of } = modelsOf(MODEL);
    for (const role of MODEL_ROLES) expect(of(role)).toEqual({ ...all, prices });
    expect(config.models.budget).toEqual({ tokensPerHour: 500_000, tokensPerHourAndService: 100_000 });
    expect(config.secrets).toEqual(['key-of-all']);
  });

  it.each<[string, Record<string, string>, object | undefined]>([
    ['another model at the same endpoint', { FAIRLEAD_MODEL_DECISION_ENGINE: 'large' }, { ...all, name: 'large' }],
    [
      'another endpoint: the key for all is not sent there',
      { FAIRLEAD_MODEL_DECISION_ENGINE_URL: 'http://elsewhere.example/v1' },
      { url: 'http://elsewhere.example/v1', name: 'default', key: 'none' },
    ],
    [
      'another path of the same host: it is',
      { FAIRLEAD_MODEL_DECISION_ENGINE_URL: 'http://models.example/large/v1', FAIRLEAD_MODEL_DECISION_ENGINE: 'l' },
      { url: 'http://models.example/large/v1', name: 'l', key: 'key-of-all' },
    ],
    ['a key of its own', { FAIRLEAD_MODEL_DECISION_ENGINE_KEY: 'own-key' }, { ...all, key: 'own-key', prices }],
    ['none', { FAIRLEAD_MODEL_DECISION_ENGINE: 'none' }, undefined],
  ])('name for one role %s', (_, env, wanted) => {
    const { of } = modelsOf({ ...MODEL, ...env });
    expect(of('decision-engine')).toEqual(wanted);
    expect(of('governance-enforcer')).toEqual({ ...all, prices });
  });

  it('name one for one role alone, and its key is a secret', () => {
    const { config, of } = modelsOf({
      FAIRLEAD_MODEL_BLUEPRINT_PARSER_URL: 'http://models.example/v1',
      FAIRLEAD_MODEL_BLUEPRINT_PARSER_KEY: 'parser-key',
    });
    expect(of('blueprint-parser')).toMatchObject({ name: 'default', key: 'parser-key' });
    expect(of('decision-engine')).toBeUndefined();
    expect(config.secrets).toEqual(['parser-key']);
  });

  it('set both hourly limits, nothing included', () => {
    const { config } = modelsOf({
      FAIRLEAD_MODEL_TOKENS_PER_HOUR: '0',
      FAIRLEAD_MODEL_TOKENS_PER_HOUR_PER_SERVICE: '20000',
    });
    expect(config.models.budget).toEqual({ tokensPerHour: 0, tokensPerHourAndService: 20_000 });
  });

  it.each([
    [
      'a role without an endpoint',
      { FAIRLEAD_MODEL_DECISION_ENGINE: 'x' },
      /DECISION_ENGINE is set but no endpoint: set/,
    ],
    ['two prices', { ...MODEL, FAIRLEAD_MODEL_PRICES: '2,3' }, /MODEL_PRICES is no list of three prices/],
    ['negative prices', { ...MODEL, FAIRLEAD_MODEL_PRICES: '-2,3,4' }, /MODEL_PRICES is no list of three prices/],
    ['tokens with a unit', { FAIRLEAD_MODEL_TOKENS_PER_HOUR: '500k' }, /TOKENS_PER_HOUR is no number of tokens/],
    ['an address', { FAIRLEAD_MODEL_VERIFICATION_ENGINE_URL: 'models' }, /VERIFICATION_ENGINE_URL is no http/],
  ])('are refused, all in words: %s', (_, env, words) => {
    const config = loadConfig({}, env);
    expect(config.ok ? '' : config.error).toMatch(words);
  });
});
