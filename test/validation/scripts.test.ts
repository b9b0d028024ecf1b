import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FULL } from '../../src/schema/blueprint/fixtures.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const SCRIPTS = path.join(ROOT, 'scripts');
const away = mkdtempSync(path.join(tmpdir(), 'fairlead-scripts-'));
afterAll(() => rmSync(away, { recursive: true, force: true }));

function run(script: string, args: readonly string[], more: { readonly bin?: string } = {}) {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    CDPATH: tmpdir(),
    ...(more.bin && { PATH: `${more.bin}:/usr/bin:/bin` }),
  };
  const { status, stdout, stderr } = spawnSync(script, args, { cwd: away, env, encoding: 'utf8', timeout: 60_000 });
  return { code: status, out: stdout, all: stdout + stderr };
}

/** A folder of programs that write down how they were called, and do nothing. */
function told(...names: readonly string[]): { readonly bin: string; readonly calls: () => string } {
  const bin = mkdtempSync(path.join(away, 'bin-'));
  const file = path.join(bin, 'calls');
  writeFileSync(file, '');
  for (const name of names) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\necho "${name} $* in $(pwd)" >> ${file}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  return { bin, calls: () => readFileSync(file, 'utf8') };
}

describe('scripts/validate-blueprints.sh', () => {
  const script = path.join(SCRIPTS, 'validate-blueprints.sh');

  it('finds the blueprints of the checkout from any folder, all of them good', { timeout: 60_000 }, () => {
    const { code, all } = run(script, []);
    expect(all).toContain('frontend/blueprint.yaml');
    expect(code, all).toBe(0);
  });

  it('passes paths, options and the exit code on', { timeout: 60_000 }, () => {
    writeFileSync(path.join(away, 'good one.yaml'), FULL);
    writeFileSync(path.join(away, 'bad.yaml'), FULL.replace('max_replicas: 10', 'max_replicas: 1'));
    expect(run(script, ['good one.yaml']).code).toBe(0);
    const bad = run(script, ['-o', 'json', 'good one.yaml', 'bad.yaml']);
    const { files } = JSON.parse(bad.out) as { files: { file: string; valid: boolean }[] };
    expect(bad.code).toBe(1);
    expect(files.map(({ file, valid }) => [path.basename(file), valid])).toEqual([
      ['good one.yaml', true],
      ['bad.yaml', false],
    ]);
  });
});

describe('scripts/run-validation.sh', () => {
  it('runs npm run validate in the checkout with its arguments', () => {
    const { bin, calls } = told('npm', 'node');
    expect(run(path.join(SCRIPTS, 'run-validation.sh'), ['SC-002', '--check'], { bin }).code).toBe(0);
    expect(calls()).toBe(`npm run --silent validate -- SC-002 --check in ${ROOT}\n`);
  });

  it('installs the packages first where there are none', () => {
    const fresh = path.join(away, 'fresh');
    mkdirSync(path.join(fresh, 'scripts'), { recursive: true });
    cpSync(path.join(SCRIPTS, 'run-validation.sh'), path.join(fresh, 'scripts', 'run-validation.sh'));
    const { bin, calls } = told('npm', 'node');
    expect(run(path.join(fresh, 'scripts', 'run-validation.sh'), [], { bin }).code).toBe(0);
    const [first, second] = calls().split('\n');
    expect(first).toContain('ensurePackages()');
    expect(second).toBe(`npm run --silent validate -- in ${fresh}`);
  });
});

describe('both scripts', () => {
  it.each(['validate-blueprints.sh', 'run-validation.sh'])('%s is one that bash reads without a fault', (name) => {
    const file = path.join(SCRIPTS, name);
    const { status, stderr } = spawnSync('bash', ['-n', file], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    // Where it is installed.
    const { error, stdout } = spawnSync('shellcheck', [file], { encoding: 'utf8' });
    if (error === undefined) expect(stdout).toBe('');
  });
});
