import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { assets, type Cluster } from './harness.ts';

export interface Answer {
  readonly code: number;
  /** What kubectl printed, errors included. */
  readonly text: string;
}

/** `kubectl` with the token of a ServiceAccount and nothing else, as whoever stole it would use it. */
export async function kubectlAs(cluster: Cluster, namespace: string, account: string) {
  const token = (await cluster.kubectl(['create', 'token', account, '-n', namespace, '--duration=1h'])).trim();
  const config = z
    .looseObject({ users: z.array(z.looseObject({ name: z.string() })) })
    .parse(parse(readFileSync(cluster.kubeconfig, 'utf8')));
  const file = path.join(cluster.dir, `kubeconfig-${account}`);
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  writeFileSync(file, stringify({ ...config, users }), { mode: 0o600 });
  const program = path.join(assets() ?? '', 'kubectl');
  return (args: readonly string[], input?: string): Promise<Answer> =>
    new Promise((resolve) => {
      const child = execFile(
        program,
        ['--kubeconfig', file, '--request-timeout=20s', ...args],
        { timeout: 30_000 },
        (error, out, err) => resolve({ code: error === null ? 0 : 1, text: `${out}${err}` }),
      );
      if (input !== undefined) child.stdin?.end(input);
    });
}
