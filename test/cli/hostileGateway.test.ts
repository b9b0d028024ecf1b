import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { checkout } from '../web/fixtures/cards.ts';
import { summaryOf } from '../web/fixtures/lists.ts';
import { undone } from '../web/fixtures/records.ts';
import { cli } from './cli.ts';

const [ESC, CSI, BELL] = [0x1b, 0x9b, 0x07].map((code) => String.fromCharCode(code));
/** Clears the screen, writes another line over it, turns the text round and names the window. */
const EVIL = `x${ESC}[2J${ESC}]0;owned${BELL}${CSI}31m\u202eno\r\nfairlead: approved: web${ESC}[8m`;
/** Everything that a terminal acts on but a new line. */
const DRAWS = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;

let server: Server;
let dir = '';
let answers: (path: string, method: string) => { readonly status: number; readonly body: unknown };

const evil = <T>(value: T, spare: ReadonlySet<string>): T =>
  JSON.parse(JSON.stringify(value), (key, one: unknown) =>
    typeof one === 'string' && !spare.has(key) && !/^\d{4}-\d\d-/.test(one) ? `${one}${EVIL}` : one,
  );
/** What has to be one of a few words, or a digest, stays: another card is refused as a whole. */
const KEPT = new Set([
  'phase',
  'risk',
  'digest',
  'onApproval',
  'kind',
  'state',
  'unit',
  'sign',
  'vote',
  'choice',
  'effect',
  'verdict',
]);
const card = evil(checkout, KEPT);

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-hostile-'));
  server = createServer((request, response) => {
    const { status, body } = answers((request.url ?? '').replace(/\?.*/, ''), request.method ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('XDG_CONFIG_HOME', dir);
  vi.stubEnv('FAIRLEAD_MODEL_URL', 'http://127.0.0.1:9/v1');
  mkdirSync(path.join(dir, 'fairlead'), { recursive: true });
  const kept = { url, name: 'ann', token: `fl_${'x'.repeat(43)}` };
  writeFileSync(path.join(dir, 'fairlead', 'login.json'), JSON.stringify(kept), { mode: 0o600 });
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const REQUEST = `${checkout.namespace}/${checkout.name}`;
const error = { error: { code: 'Evil', message: EVIL, fix: EVIL } };
const rpc = { jsonrpc: '2.0', id: 0, error: { code: -32000, message: EVIL } };
const barred = { ...card, may: { ...card.may, approve: false, why: EVIL } };
const ended = {
  ...card,
  phase: 'Consumed',
  receipt: [{ step: EVIL, state: 'done', text: EVIL }],
  outcome: EVIL,
};
const finding = { rule: 'G0', code: 'ApprovalRequired', effect: 'restrict', message: EVIL, values: {} };
const verdict = { operation: 'x', authority: 'restricted', approvers: [EVIL], findings: [finding], at: 0 };
const where = { namespace: 'shop', name: `web${EVIL}` };
const wish = {
  verdict,
  headline: EVIL,
  alternatives: [EVIL],
  text: EVIL,
  decision: where,
  approval: { ...where, page: `/${EVIL}` },
  again: false,
};
const went = evil(undone, KEPT);
const WISH = ['request', 'scale', 'shop/web', '--replicas', '6', '--reason', 'a sale'];

it.each<[string, string[], (path: string, method: string) => { status: number; body: unknown }, number]>([
  ['an error', ['approvals'], () => ({ status: 500, body: error }), 1],
  [
    'a list',
    ['approvals'],
    () => ({
      status: 200,
      body: {
        items: [summaryOf(card)],
        stats: { asked: 0, approved: 0, undone: 0, rejected: 0, expired: 0, underThreeSeconds: 0 },
      },
    }),
    0,
  ],
  ['why somebody may not', ['approve', REQUEST, '--once'], () => ({ status: 200, body: barred }), 1],
  ['what was approved', ['approve', REQUEST, '--once'], () => ({ status: 200, body: card }), 0],
  [
    'what became of it',
    ['approve', REQUEST, '--once', '-w'],
    (_, method) => ({ status: 200, body: method === 'POST' ? card : { ...ended, phase: 'Consumed' } }),
    0,
  ],
  [
    'a refused vote',
    ['reject', REQUEST, '--reason', 'no'],
    (_, method) => (method === 'POST' ? { status: 409, body: error } : { status: 200, body: card }),
    1,
  ],
  ['what is asked for', WISH, () => ({ status: 200, body: wish }), 0],
  [
    'how it goes',
    [...WISH, '-w'],
    (_, method) => ({ status: 200, body: method === 'POST' ? wish : { ...went, phase: 'Succeeded' } }),
    0,
  ],
  ['a chat it lets nobody into', ['ask', 'hello'], () => ({ status: 403, body: error }), 1],
  ['a chat it begins with an error', ['ask', 'hello'], () => ({ status: 200, body: rpc }), 1],
  ['a refused request', WISH, () => ({ status: 409, body: error }), 1],
])('a gateway that is not to be trusted draws nothing on a terminal: %s', async (_, argv, answer, code) => {
  answers = answer;
  const ran = await cli(...argv);
  expect([ran.code, ran.err]).toEqual([code, expect.anything()]);
  expect(`${ran.out}${ran.err}`).not.toMatch(DRAWS);
  // No line is anybody's but ours.
  expect(`${ran.out}\n${ran.err}`).not.toMatch(/^fairlead: approved: web/m);
});
