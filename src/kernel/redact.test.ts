import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactDeep } from './redact.ts';

const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabc\n-----END RSA PRIVATE KEY-----';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl';

/** Of this process, in ms, since it was asked for. */
function cpuSpent(): () => number {
  const from = process.cpuUsage();
  return () => process.cpuUsage(from).user / 1000;
}

describe('redact', () => {
  it.each([
    ['a bearer token', 'Authorization: Bearer abcdef0123456789 failed', 'Authorization: Bearer [redacted] failed'],
    ['a basic credential', 'authorization: Basic dXNlcjpwYXNz', 'authorization: [redacted]'],
    ['a model key', 'incorrect key sk-proj-abcdefghijklmnop1234', 'incorrect key [redacted]'],
    ['a JWT', `token is ${JWT}.`, 'token is [redacted].'],
    ['an AWS key id', 'key AKIAIOSFODNN7EXAMPLE used', 'key [redacted] used'],
    ['a GitHub token', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[redacted]'],
    ['a Slack token', 'xoxb-123456789012-abcdef', '[redacted]'],
    ['a Slack hook', 'https://hooks.slack.com/services/T0/B0/xyz', 'https://hooks.slack.com/[redacted]'],
    ['a private key block', `before ${PEM} after`, 'before [redacted private key] after'],
    ['a private key cut in the middle', PEM.slice(0, 45), '[redacted private key]'],
    ['password=...', 'login password=hunter22 user=web', 'login password=[redacted] user=web'],
    ['a quoted password with spaces', 'password: "two words", next', 'password: [redacted], next'],
    ['a secret in JSON text', '{"api_key":"abc123def"}', '{"api_key":[redacted]}'],
    ['a password in an address', 'redis://:hunter22@redis:6379', 'redis://:[redacted]@redis:6379'],
    ['a cookie', 'set-cookie: session=abc; path=/\nnext', 'set-cookie: [redacted]\nnext'],
    ['a Stripe key', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', '[redacted]'],
    ['a secret of signed webhooks', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '[redacted]'],
    ['a Slack app token', 'xapp-1-A0123456789-abcdef', '[redacted]'],
    ['basic credentials without their header', 'sent Basic dXNlcjpwYXNzd29yZA==', 'sent Basic [redacted]'],
    [
      'the key of a storage account',
      'AccountName=a;AccountKey=c2VjcmV0c2VjcmV0c2VjcmV0;E=x',
      'AccountName=a;AccountKey=[redacted];E=x',
    ],
    [
      'a secret in JSON inside of JSON',
      '{"body":"{\\"password\\":\\"hunter22\\"}"}',
      '{"body":"{\\"password\\":\\[redacted]}"}',
    ],
    ['an environment variable', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI', 'AWS_SECRET_ACCESS_KEY=[redacted]'],
  ])('takes out %s', (_what, text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(redact(text)), 'redacting twice changes nothing').toBe(clean);
  });

  it.each([
    ['a content hash', 'a'.repeat(64)],
    ['an image with digest', `registry.example/web@sha256:${'0f'.repeat(32)}`],
    ['token counts', 'promptTokens 1200, completion tokens: 80'],
    ['a decision', 'web-k3j9x0a1b2 scale 2 to 3: CPU 85% of requests, target 70%'],
    ['a host with a port', 'http://prometheus.monitoring:9090/api/v1/query'],
    ['a word that only ends in sk-', 'task-runner-with-a-long-name'],
  ])('leaves %s as it is', (_what, text) => {
    expect(redact(text)).toBe(text);
  });

  it('takes out known secrets in the forms they travel in', () => {
    const secret = 'p@ss "w/rd';
    const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
    const text = `${secret} ${encodeURIComponent(secret)} ${JSON.stringify(secret)} ${base64}`;
    expect(redact(text, [secret])).toBe('[redacted] [redacted] "[redacted]" [redacted]');
  });

  it('leaves no rest when one known secret contains another', () => {
    expect(redact('x secret-long-one y', ['secret-long', 'secret-long-one'])).toBe('x [redacted] y');
  });

  it('answers hostile text in linear time', () => {
    const texts = [
      '-----BEGIN PRIVATE KEY-----'.repeat(20_000),
      'password='.repeat(50_000),
      '://a:'.repeat(80_000),
      'eyJ'.repeat(100_000),
      'eyJ-'.repeat(100_000),
      'cookie:x'.repeat(50_000),
      'Basic aaaaaaaaaaa'.repeat(30_000),
      `basic ${'a'.repeat(400_000)}`,
      'AccountKey='.repeat(40_000),
      'SG.aaaaaaaaaaaaaaaaa.'.repeat(20_000),
      'password\\\\'.repeat(40_000),
    ];
    const spent = cpuSpent();
    for (const text of texts) redact(text);
    // What backtracks takes minutes here; CPU time, so that a busy machine says nothing about the code.
    expect(spent()).toBeLessThan(10_000);
  });
});

it('answers any mixture of beginnings of secrets in linear time', () => {
  const part = fc.constantFrom(
    'eyJ',
    'a.',
    '-----BEGIN ',
    'PRIVATE KEY-----',
    'bearer ',
    '://',
    'a:',
    '@',
    'password',
    '=',
    '"',
    "'",
    '\\',
    'cookie:',
    'basic ',
    'SG.',
    'sk-',
    'authorization: ',
    'A1b2',
    ' ',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const piece = parts.join('');
      const text = piece.repeat(Math.ceil(60_000 / piece.length));
      const spent = cpuSpent();
      redact(text);
      expect(spent()).toBeLessThan(1_000);
    }),
    { numRuns: 60 },
  );
});

describe('redactDeep', () => {
  it('reaches every text of a value and keeps everything else', () => {
    expect(redactDeep({ a: [{ message: 'password=hunter22' }], n: 3, none: null, yes: true })).toEqual({
      a: [{ message: 'password=[redacted]' }],
      n: 3,
      none: null,
      yes: true,
    });
  });

  it('takes out what stands under the name of a secret, whatever it looks like', () => {
    const value = {
      apiKey: 'plain',
      db_password: 'x1',
      headers: { Authorization: 'y2' },
      promptTokens: 5,
      tokens: 'five',
    };
    expect(redactDeep(value)).toEqual({
      apiKey: '[redacted]',
      db_password: '[redacted]',
      headers: { Authorization: '[redacted]' },
      promptTokens: 5,
      tokens: 'five',
    });
  });

  it('turns errors into data, with causes and their own fields', () => {
    const error = Object.assign(new Error('bearer abcdefgh12345 refused', { cause: new Error('password=hunter22') }), {
      body: 'token=abc',
    });
    expect(redactDeep({ err: error })).toMatchObject({
      err: {
        name: 'Error',
        message: 'bearer [redacted] refused',
        cause: { message: 'password=[redacted]' },
        body: 'token=[redacted]',
      },
    });
  });

  it('ends on a value that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redactDeep(loop))).toContain('[too deep]');
  });

  it('does not touch the value it was given', () => {
    const value = { text: 'password=hunter22' };
    redactDeep(value);
    expect(value.text).toBe('password=hunter22');
  });
});
