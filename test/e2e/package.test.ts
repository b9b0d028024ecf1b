import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const LIMITS = { timeout: 200_000, maxBuffer: 64 * 1024 * 1024 } as const;

/** What somebody has who installed the package and has never seen the sources. */
describe('the package', () => {
  let dir: string;
  let packed: readonly { readonly path: string }[];
  const env = { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`, NO_COLOR: '1' };

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'fairlead-package-'));
    const sources = path.join(dir, 'sources');
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
      ...LIMITS,
    });
    for (const file of listed.split('\0').filter(Boolean)) {
      cpSync(path.join(ROOT, file), path.join(sources, file));
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(sources, 'node_modules'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', dir], { cwd: sources, ...LIMITS });
    packed = JSON.parse(stdout.slice(stdout.indexOf('[')))[0].files;
    mkdirSync(path.join(dir, 'home'));
    mkdirSync(path.join(dir, 'empty'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('holds the built program with its prompts and examples, and neither sources nor tests', () => {
    const tops = new Set(packed.map((file) => file.path.split('/')[0]));
    expect([...tops].toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'bin',
      'blueprints',
      'dist',
      'package.json',
      'prompts',
      'schemas',
    ]);
    expect(packed.map((file) => file.path).filter((file) => /\.(map|test\.\w+)$/.test(file))).toEqual([]);
    expect(packed.filter((file) => file.path === 'dist/web/index.html')).toHaveLength(1);
  });

  it('installs into an empty folder and plays the demo there', async () => {
    const [tarball = ''] = readdirSync(dir).filter((name) => name.endsWith('.tgz'));
    const cwd = path.join(dir, 'empty');
    const home = { ...process.env, HOME: path.join(dir, 'home') };
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', path.join(dir, tarball)], {
      cwd,
      env: home,
      ...LIMITS,
    });
    const program = path.join(cwd, 'node_modules', '.bin', 'fairlead');
    const { stdout } = await run(program, ['demo', '--no-input'], { cwd, env: { ...env, HOME: home.HOME }, ...LIMITS });
    expect(stdout.match(/^ *scenario \d .*: passed$/gm)?.length).toBeGreaterThanOrEqual(8);
    expect(stdout).toContain('npx fairlead validate -v node_modules/fairlead/blueprints/');
    await expect(run(program, ['--version'], { cwd, env, ...LIMITS })).resolves.toMatchObject({ stderr: '' });
  });
});
