// What the demo and the tests like to have beside Node.js. It is never installed without a word and a yes.
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';

const has = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Names are Debian's; `brew` where Homebrew has it too. */
export const REDIS = { name: 'redis-server', brew: 'redis', what: 'it carries notices and reminders' };
export const CHROMIUM = { name: 'chromium', what: 'it shows the pages to the tests', elsewhere: 'CHROMIUM_PATH' };
export const PROMETHEUS = {
  name: 'prometheus',
  brew: 'prometheus',
  what: 'it measures services for the tests',
  elsewhere: 'PROMETHEUS_PATH',
};

/** `yes`: asked for with --yes, or nobody is there to ask (CI). What cannot be is said on stderr; the caller goes on. */
export async function offer({ name, brew, what, elsewhere }, { yes, without }) {
  if (process.env[elsewhere ?? ''] || has(name, ['--version'])) return;
  const missing = `${name} is not installed; ${what}`;
  const goOn = (why) => console.error(`fairlead: ${missing}. ${why}${without}`);
  const installs = commands(name, brew);
  const line = installs.map((install) => install.join(' ')).join(' && ');
  if (line === '') return goOn('Install it with the package manager of this machine. ');
  if (!yes && !(await saysYes(`${missing}. Install it now with "${line}"? [y/N] `))) {
    return goOn(`To have it: ${line}, or --yes. `);
  }
  console.error(`fairlead: ${missing}; installing it: ${line}`);
  for (const [program, ...args] of installs) {
    spawnSync(program, args, { stdio: ['ignore', process.stderr, 'inherit'], timeout: 600_000 });
  }
  if (!has(name, ['--version'])) goOn('It could not be installed. ');
}

/** As this user can run them; none: there is no way that we know. */
function commands(name, brew) {
  if (!has('apt-get', ['--version'])) return brew && has('brew', ['--version']) ? [['brew', 'install', brew]] : [];
  // A new machine knows no packages before it was told of them.
  const apt = [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-y', '-q', '--no-install-recommends', name],
  ];
  if (process.getuid?.() === 0) return apt;
  return has('sudo', ['--version']) ? apt.map((command) => ['sudo', '-n', ...command]) : [];
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
