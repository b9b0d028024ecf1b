// The official MCP tools (conformance suite, Inspector, the Node.js that they need): some 330 MB that only tests use, with a lock file of their own.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

const folder = path.join(root, 'test', 'mcp', 'tools');
const PROJECT = 'mcp';

/** Whether a run of vitest with these arguments comes to the tests that want them. */
export function wants(args) {
  const projects = args.flatMap((arg, i) =>
    arg === '--project' ? [args[i + 1] ?? ''] : arg.startsWith('--project=') ? [arg.slice('--project='.length)] : [],
  );
  if (projects.length > 0) return projects.includes(PROJECT);
  const files = args.filter((arg, i) => !arg.startsWith('-') && args[i - 1] !== '--project');
  return files.length === 0 || files.some((file) => file.includes('mcp'));
}

/** `yes`: asked for, or a machine that has to test everything. What cannot be is said; the tests are skipped then, and say so. */
export function ensureMcpTools({ yes }) {
  const stamp = path.join(folder, 'node_modules', '.package-lock.json');
  const lock = path.join(folder, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  const line = 'npm ci --ignore-scripts --prefix test/mcp/tools';
  if (!yes) {
    console.error(`fairlead: the official MCP tools are not installed (330 MB). To test with them: ${line}, or --yes.`);
    return;
  }
  console.error(`fairlead: installing the official MCP tools: ${line} ...`);
  const npm = path.join(path.dirname(process.execPath), process.platform === 'win32' ? 'npm.cmd' : 'npm');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(existsSync(npm) ? npm : 'npm', args, {
    cwd: folder,
    stdio: ['ignore', process.stderr, 'inherit'],
    timeout: 900_000,
  });
  if (done.status !== 0)
    console.error('fairlead: the official MCP tools could not be installed: their tests are skipped.');
}
