// redis-server carries notices and reminders in the demo and in tests. It is never installed without a word and a yes.
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';

const has = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const WHAT = 'redis-server is not installed; it carries notices and reminders';

/** `yes`: asked for with --yes, or nobody is there to ask (CI). What cannot be is said on stderr; the caller goes on. */
export async function offerRedis({ yes, without }) {
  if (has('redis-server', ['--version'])) return;
  const install = command();
  const goOn = (why) => console.error(`fairlead: ${WHAT}. ${why}${without}`);
  if (install === undefined) return goOn('Install it with the package manager of this machine. ');
  const line = install.join(' ');
  if (!yes && !(await saysYes(`${WHAT}. Install it now with "${line}"? [y/N] `))) {
    return goOn(`To have it: ${line}, or --yes. `);
  }
  console.error(`fairlead: ${WHAT}; installing it: ${line}`);
  const [program, ...args] = install;
  const done = spawnSync(program, args, { stdio: ['ignore', process.stderr, 'inherit'], timeout: 300_000 });
  if (done.status !== 0 || !has('redis-server', ['--version'])) goOn('It could not be installed. ');
}

/** As this user can run it; undefined: there is no way that we know. */
function command() {
  if (!has('apt-get', ['--version'])) return has('brew', ['--version']) ? ['brew', 'install', 'redis'] : undefined;
  const apt = ['apt-get', 'install', '-y', '--no-install-recommends', 'redis-server'];
  if (process.getuid?.() === 0) return apt;
  return has('sudo', ['--version']) ? ['sudo', '-n', ...apt] : undefined;
}

/** No without a terminal: nobody can answer. */
async function saysYes(question) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
  }
}

/** What `--yes` says, and the arguments without it. */
export function withoutYes(args) {
  return { yes: args.includes('--yes') || Boolean(process.env.CI), rest: args.filter((arg) => arg !== '--yes') };
}
