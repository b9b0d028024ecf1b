// `npm test`: unit tests, then everything that needs a real API server. What cannot run is said loudly at the end, and
// fails the run when REQUIRE_ALL=1. `--yes` installs redis-server, chromium, prometheus and the official MCP tools where they are
// missing; other arguments go to vitest.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureMcpTools, wants } from './mcpTools.mjs';
import { ensurePackages, requireNode, root } from './setup.mjs';
import { CHROMIUM, offer, PROMETHEUS, REDIS, withoutYes } from './systemPackages.mjs';

requireNode();
ensurePackages();
const { build, stale } = await import('./build.mjs');
if (stale()) await build();
const { yes, rest } = withoutYes(process.argv.slice(2));
for (const needed of [REDIS, CHROMIUM, PROMETHEUS]) {
  await offer(needed, { yes, without: 'The tests that need it are skipped.' });
}
if (wants(rest)) ensureMcpTools({ yes: yes || process.env.REQUIRE_ALL === '1' });

const scratch = mkdtempSync(path.join(os.tmpdir(), 'fairlead-test-'));
const report = path.join(scratch, 'report.json');
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const done = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...rest],
  { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test' } },
);
let code = done.status ?? 1;
try {
  const { passed, failed, skipped, why } = counted(JSON.parse(readFileSync(report, 'utf8')));
  if (skipped > 0) {
    console.log(`\nNOT TESTED: ${skipped} tests were skipped:\n${why.map((name) => `  ${name}`).join('\n')}`);
    if (process.env.REQUIRE_ALL === '1') {
      console.log('REQUIRE_ALL=1: a skipped test fails the run.');
      code = 1;
    }
  }
  if (passed === 0 || failed > 0) code = 1;
  console.log(`\n${passed} passed, ${failed} failed`);
} catch (error) {
  console.error(`no test report: ${error.message}`);
  code = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = code;

/** A file that could not be loaded, or whose set-up failed, has no failed test: it counts as one. */
function counted({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const suites = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => ['pending', 'skipped', 'todo'].includes(status))
      .map(({ ancestorTitles }) => `${path.relative(root, name)}: ${ancestorTitles[0] ?? ''}`),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
    why: [...new Set(suites)],
  };
}
