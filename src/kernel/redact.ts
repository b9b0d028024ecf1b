/**
 * Takes secrets out of text before it is logged, journalled or shown: those we know by value, and those that look like
 * one. Everything that leaves the process as words passes here; a harmless word taken for a secret costs less than a
 * secret taken for a word. Every pattern is linear, so that hostile text cannot stall the process.
 *
 * Hashes (64 hex characters), ids and image digests are left alone: the record must still prove what it proves.
 */

const MARK = '[redacted]';

interface Pattern {
  readonly find: RegExp;
  readonly put: string;
}

const PATTERNS: readonly Pattern[] = [
  // A block that was cut before its END line is still a key: redacted to the end.
  {
    find: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:(?!-----END )[\s\S])*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?/g,
    put: '[redacted private key]',
  },
  { find: /\beyJ[\w-]{8,2000}\.[\w-]{8,}(?:\.[\w-]*)?/g, put: MARK },
  { find: /\b(bearer)(\s+)[\w.~+/=-]{8,}/gi, put: `$1$2${MARK}` },
  {
    find: /\b((?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?)(?:basic|digest|token)\s+[^\s"',;]+/gi,
    put: `$1${MARK}`,
  },
  { find: /\bsk-[\w-]{16,}/g, put: MARK },
  // Cookie headers are whole a secret, up to the end of the line or the quote.
  { find: /\b((?:set-)?cookie["']?\s{0,4}:\s{0,4}["']?)(?!\[redacted)[^\s"'][^\n\r"']{0,4000}/gi, put: `$1${MARK}` },
  { find: /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[\w+/=-]{10,}/g, put: MARK },
  { find: /\b(?:hf_[A-Za-z0-9]{20,}|dop_v1_[a-f0-9]{32,}|ya29\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,})/g, put: MARK },
  { find: /\b(basic)(\s+)(?=[A-Za-z0-9+/]{0,200}[A-Z0-9+/])[A-Za-z0-9+/]{12,}={0,2}/gi, put: `$1$2${MARK}` },
  { find: /\b((?:AccountKey|SharedAccessKey|SharedAccessSignature|sig)=)[\w%+/=-]{16,}/g, put: `$1${MARK}` },
  { find: /\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{20,})/g, put: MARK },
  { find: /\b(?:xox[abeoprs]|xapp)-[\w-]{10,}/g, put: MARK },
  { find: /(https:\/\/hooks\.slack\.com\/)[\w/-]+/g, put: `$1${MARK}` },
  { find: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, put: MARK },
  { find: /\bAIza[\w-]{35}/g, put: MARK },
  // user:password in an address, such as redis://:secret@host.
  { find: /(:\/\/[^\s/:@"']{0,100}:)[^\s/@"']{1,200}@/g, put: `$1${MARK}@` },
  {
    find: /((?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|credentials?)\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3})(?!\\{0,3}\[redacted)(?:"[^"\n]{1,500}"?|'[^'\n]{1,500}'?|[^\s"',;&)}\]]+)/gi,
    put: `$1${MARK}`,
  },
];

/** Field names whose text is a secret whatever it looks like. */
const SECRET_KEY =
  /^(?:.*[_-])?(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization|cookie|set-cookie|credentials?)$/i;
const SECRET_CAMEL =
  /(?:Password|Passphrase|Secret|Token|ApiKey|AccessKey|PrivateKey|Authorization|Cookie|Credentials?)$/;

const MAX_DEPTH = 64;
/** Shorter ones would blot out ordinary words; such a secret protects nothing anyway. */
const MIN_SECRET = 6;

/** `text` with every known secret (also percent-encoded, base64 and JSON-escaped) and everything like one replaced. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const form of formsOf(secrets)) clean = clean.replaceAll(form, MARK);
  for (const { find, put } of PATTERNS) clean = clean.replace(find, put);
  return clean;
}

/** A copy of a JSON-like value with every text in it redacted; errors become plain objects with their message and stack. */
export function redactDeep<T>(value: T, secrets: readonly string[] = []): T {
  return walk(value, secrets, 0) as T;
}

function walk(value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof value === 'string') return redact(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => walk(item, secrets, depth + 1));
  const clean: Record<string, unknown> = {};
  for (const [key, item] of entriesOf(value)) {
    clean[key] = isSecretKey(key) && typeof item === 'string' && item !== '' ? MARK : walk(item, secrets, depth + 1);
  }
  return clean;
}

function entriesOf(value: object): [string, unknown][] {
  if (!(value instanceof Error)) return Object.entries(value);
  const { name, message, stack, cause } = value;
  const own = Object.entries(value);
  return [
    ['name', name],
    ['message', message],
    ['stack', stack],
    ...(cause === undefined ? [] : [['cause', cause] as [string, unknown]]),
    ...own,
  ];
}

const isSecretKey = (key: string): boolean => SECRET_KEY.test(key) || SECRET_CAMEL.test(key);

let known: { readonly secrets: readonly string[]; readonly forms: readonly string[] } | undefined;

/** Longest first, so that a secret that contains another leaves no rest. */
function formsOf(secrets: readonly string[]): readonly string[] {
  if (known?.secrets !== secrets) {
    const forms = secrets
      .filter((secret) => secret.length >= MIN_SECRET)
      .flatMap((secret) => [
        secret,
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      ]);
    known = { secrets, forms: [...new Set(forms)].sort((a, b) => b.length - a.length) };
  }
  return known.forms;
}
