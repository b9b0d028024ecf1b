/** One value a source of secrets, as this process knows it: none may be seen anywhere, in any form. */
export const KNOWN = {
  modelKey: 'canary-model-key-4711-aaaa',
  webhookSecret: 'canary-webhook-secret-0815-bbbb',
  webhookUrl: 'http://127.0.0.1:9/hooks/canary-path-2342-cccc',
  slackUrl: 'http://127.0.0.1:9/services/canary-slack-9999-dddd',
  signingKey: 'canary-signing-key-1212-eeee',
  sessionCookie: 'canary-session-cookie-3434-ffff',
} as const;

interface Pattern {
  readonly text: string;
  /** What must not be seen of it. */
  readonly secret: string;
}

const pattern = (before: string, secret: string, after = ''): Pattern => ({ text: before + secret + after, secret });

/** Secrets of others that nobody told this process of: only what they look like gives them away. */
export const LOOKS_LIKE: Readonly<Record<string, Pattern>> = {
  aws: pattern('key ', 'AKIAIOSFODNN7CANARY1'),
  awsSecret: pattern('AWS_SECRET_ACCESS_KEY=', 'wJalrXUtnFEMIK7MDENGbPxRfiCANARY02'),
  jwt: pattern('', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.CANARY03signature'),
  pem: pattern('-----BEGIN PRIVATE KEY-----\n', 'MIIEpAIBAAKCAQEA7CANARY04', '\n-----END PRIVATE KEY-----'),
  github: pattern('', 'ghp_abcdefghijklmnopqrstuvwxyzCANARY05'),
  slack: pattern('', 'xoxb-123456789012-CANARY06'),
  bearer: pattern('Authorization: Bearer ', 'CANARY07abcdef0123456789'),
  postgres: pattern('postgres://app:', 'CANARY08pass', '@db.internal:5432/shop'),
  password: pattern('password=', 'CANARY09hunter22'),
  cookie: pattern('Cookie: session=', 'CANARY10cookie'),
  openai: pattern('', 'sk-proj-CANARY11abcdefghijklmnop'),
  storage: pattern('AccountKey=', 'CANARY12c2VjcmV0c2VjcmV0c2VjcmV0'),
};

/** All of them in one text, each set off. */
export const ALL_TEXTS = [...Object.values(KNOWN), ...Object.values(LOOKS_LIKE).map(({ text }) => text)];

/** What a surface shows of them, in plain, percent-encoded, base64 or JSON-escaped form. */
export function leaksIn(surface: string): string[] {
  const secrets = [...Object.values(KNOWN), ...Object.values(LOOKS_LIKE).map(({ secret }) => secret)];
  return secrets.filter((secret) =>
    [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')].some((form) =>
      surface.includes(form),
    ),
  );
}
