import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepLogin } from '../people/gatewayLogin.ts';
import { gatewayFinding } from './doctorGateway.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-doctor-'));
  vi.stubEnv('XDG_CONFIG_HOME', dir);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

it('says of a gateway that nobody here knows that it was not looked at', async () => {
  expect(await gatewayFinding()).toMatchObject({ state: 'off', detail: expect.stringContaining('not looked at') });
});

it.each([
  [200, 'fine', /answers, and knows ann$/],
  [401, 'warn', / answers: /],
  [0, 'wrong', /127\.0\.0\.1/],
] as const)('says of one that answers with %s: %s', async (status, state, detail) => {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  if (status === 0) await new Promise<unknown>((resolve) => server.close(resolve));
  await keepLogin({ url: `http://127.0.0.1:${port}`, name: 'ann', token: 't' });
  const found = await gatewayFinding();
  if (status !== 0) await new Promise<unknown>((resolve) => server.close(resolve));
  expect(found).toMatchObject({ what: 'gateway', state, detail: expect.stringMatching(detail) });
});
