import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cli } from '../cli/cli.ts';

/** `fairlead status` against an API server that knows none of our kinds; without a server: against nobody. */
export async function statusOf(server: 'none' | 'withoutKinds'): Promise<string> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-closed-'));
  const http = createServer((_, response) => {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'not found', code: 404 }),
    );
  });
  try {
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
    const { port } = http.address() as AddressInfo;
    if (server === 'none') await new Promise((resolve) => http.close(resolve));
    const { err } = await cli('status', '--kubeconfig', kubeconfigIn(dir, `http://127.0.0.1:${port}`));
    return err;
  } finally {
    http.closeAllConnections();
    http.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

export function kubeconfigIn(dir: string, server: string): string {
  const file = path.join(dir, 'kubeconfig');
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'prod',
    }),
  );
  return file;
}
