// `npm run demo`: the main job on the embedded cluster, set-up included. With `--keep` people take part, and redis-server
// carries notices to them; `--yes` installs it where it is missing. Other arguments go to `fairlead demo`.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensurePackages, requireNode, root } from './setup.mjs';
import { offer, REDIS, withoutYes } from './systemPackages.mjs';

requireNode();
ensurePackages();
const { yes, rest } = withoutYes(process.argv.slice(2));
if (rest.includes('--keep')) {
  await offer(REDIS, { yes, without: 'The demo plays everything; notices and reminders are off.' });
}
const child = spawn(process.execPath, [path.join(root, 'bin', 'fairlead'), 'demo', ...rest], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
