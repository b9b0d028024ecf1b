import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** The tests look at what is served: the built pages, made anew from what stands in web/ now. */
export function setup(): void {
  const root = path.join(import.meta.dirname, '..', '..', '..');
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const done = spawnSync(process.execPath, [vite, 'build', '-c', path.join('web', 'vite.config.ts')], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (done.status !== 0) throw new Error(`the pages cannot be built: ${done.stderr}${done.stdout}`);
}
