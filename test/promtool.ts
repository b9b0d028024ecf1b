import { spawnSync } from 'node:child_process';
import { describe, it } from 'vitest';

const isThere = spawnSync('promtool', ['--version']).status === 0;
const WHY = 'no promtool: it comes with the package prometheus';

/** A suite that needs promtool. Without it it says so and is skipped; with REQUIRE_ALL=1 it fails instead. */
export function describePromtool(name: string, suite: () => void): void {
  if (isThere) return void describe(name, suite);
  if (process.env['REQUIRE_ALL'] === '1') {
    return void describe(name, () => {
      it('needs promtool', () => {
        throw new Error(WHY);
      });
    });
  }
  process.stderr.write(`\nSKIPPED: ${name}: ${WHY}\n`);
  describe.skip(`${name} (skipped: ${WHY})`, suite);
}

export function promtool(args: readonly string[], input = ''): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8', timeout: 60_000 });
  return { code: status, said: `${stdout}${stderr}` };
}
