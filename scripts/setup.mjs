// What the two commands of the README need before anything of ours can run: the packages of the lockfile. Plain Node.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`fairlead needs Node.js 20.19 or newer; this is ${version} (${process.execPath}): https://nodejs.org`);
  process.exit(1);
}

/** Runs a command in the checkout with inherited output; ends the process with its code when it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (done.error) {
    console.error(`cannot start ${command}: ${done.error.message}`);
    process.exit(1);
  }
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** Installs the locked packages when they are missing or older than the lockfile. */
export function ensurePackages() {
  const lock = path.join(root, 'package-lock.json');
  const stamp = path.join(root, 'node_modules', '.package-lock.json');
  const modules = path.join(root, 'node_modules');
  // `npm ci` would empty the folder that a link points to, and that is another checkout's.
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) return;
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('fairlead: installing packages from package-lock.json (once, about half a minute) ...');
  // npm is found beside the running node, so that a PATH without it still works.
  const beside = path.join(path.dirname(process.execPath), process.platform === 'win32' ? 'npm.cmd' : 'npm');
  run(existsSync(beside) ? beside : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', process.stderr, 'inherit'],
    env: {
      ...process.env,
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}`,
      NODE_ENV: '',
    },
  });
}
