// `npm run demo`: the main job on the embedded cluster, set-up included. Arguments go to `fairlead demo`.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensurePackages, requireNode, root } from './setup.mjs';

requireNode();
ensurePackages();
const child = spawn(process.execPath, [path.join(root, 'bin', 'fairlead'), 'demo', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
