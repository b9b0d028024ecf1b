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

/** A kubeconfig with a token of a ServiceAccount and nothing else; `name` tells the files of several tokens apart. */
export async function kubeconfigAs(
  cluster: Cluster,
  namespace: string,
  account: string,
  name = account,
): Promise<{ readonly file: string; readonly token: string }> {
  const token = (await cluster.kubectl(['create', 'token', account, '-n', namespace, '--duration=1h'])).trim();
  const config = z
    .looseObject({ users: z.array(z.looseObject({ name: z.string() })) })
    .parse(parse(readFileSync(cluster.kubeconfig, 'utf8')));
  const file = path.join(cluster.dir, `kubeconfig-${name}`);
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  writeFileSync(file, stringify({ ...config, users }), { mode: 0o600 });
  return { file, token };
}

/** `kubectl` with the token of a ServiceAccount, as whoever stole it would use it. */
export async function kubectlAs(cluster: Cluster, namespace: string, account: string) {
  const { file } = await kubeconfigAs(cluster, namespace, account);
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
