import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/faces/cli/version.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

interface Step {
  readonly stage: string;
  readonly instruction: string;
  readonly rest: string;
}

/** One instruction a line, as the file is written. */
const STEPS: readonly Step[] = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .reduce<Step[]>((steps, line) => {
    const [instruction = '', ...words] = line.split(' ');
    const rest = words.join(' ');
    const named = / AS (\S+)$/.exec(rest)?.[1] ?? 'final';
    steps.push({ stage: instruction === 'FROM' ? named : (steps.at(-1)?.stage ?? ''), instruction, rest });
    return steps;
  }, []);
const of = (instruction: string, stage?: string): string[] =>
  STEPS.filter((step) => step.instruction === instruction && (stage ?? step.stage) === step.stage).map(
    ({ rest }) => rest,
  );

describe('the Dockerfile', () => {
  it('pins every base by digest, the same for all', () => {
    const bases = of('FROM').map((rest) => rest.split(' ')[0] ?? '');
    expect(bases).toHaveLength(3);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^docker\.io\/library\/node:\d+\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
  });

  it('runs as nobody, without what installs packages, and fetches nothing by itself', () => {
    expect(of('USER', 'final')).toEqual(['65532:65532']);
    expect(of('ADD')).toEqual([]);
    expect(of('RUN', 'final')).toEqual([expect.stringMatching(/^rm -rf \/usr\/local\/lib\/node_modules .*\/npm /)]);
    expect(of('RUN').filter((rest) => !/^(npm ci --|node scripts\/|rm -rf )/.test(rest))).toEqual([]);
    expect(
      of('RUN')
        .filter((rest) => rest.startsWith('npm ci '))
        .every((rest) => rest.includes('--ignore-scripts')),
    ).toBe(true);
  });

  it('holds what package.json says is the program, its packages, and nothing else', () => {
    const targets = of('COPY', 'final').map((rest) => path.basename(rest.split(' ').at(-2) ?? ''));
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    // Maps of lines, which a package leaves out, help whoever reads a log.
    const named = files.filter((file) => !file.startsWith('!'));
    expect(targets.toSorted()).toEqual([...named, 'node_modules', 'package.json'].toSorted());
  });

  it('is shown no more of the checkout than it copies', () => {
    const copied = [...STEPS]
      .filter(({ instruction, rest }) => instruction === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    const shown = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(read('.dockerignore').split('\n')[0]).toBe('*');
    expect(shown.map((line) => line.slice(1)).toSorted()).toEqual([...new Set(copied)].toSorted());
  });
});

/** Its lines, played in plain folders: what it copies is enough to build and to start. */
describe('what the Dockerfile makes', () => {
  let dir: string;
  const at = (stage: string, file: string): string => path.join(dir, stage, file);
  const isRoot = process.getuid?.() === 0;
  const fairlead = (...args: string[]) =>
    spawnSync(process.execPath, [at('final', 'app/bin/fairlead'), ...args], {
      cwd: '/',
      encoding: 'utf8',
      env: { NODE_ENV: 'production', HOME: '/nonexistent', PATH: '/usr/local/bin:/usr/bin:/bin' },
      ...(isRoot && { uid: 65532, gid: 65532 }),
    });

  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'fairlead-image-'));
    chmodSync(dir, 0o755);
    let where = '/';
    for (const { stage, instruction, rest } of STEPS) {
      const here = at(stage, where);
      if (instruction === 'WORKDIR') where = rest;
      else if (instruction === 'COPY') copy(rest, here);
      else if (instruction === 'RUN' && stage !== 'final') run(rest, here);
    }
    execFileSync('chmod', ['-R', 'a-w,a+rX', at('final', 'app')]);
  }, 300_000);
  afterAll(() => {
    execFileSync('chmod', ['-R', 'u+w', dir]);
    rmSync(dir, { recursive: true, force: true });
  });

  function copy(rest: string, here: string): void {
    const words = rest.split(' ');
    const from = words[0]?.startsWith('--from=') ? at(words.shift()?.slice('--from='.length) ?? '', '') : ROOT;
    const target = words.pop() ?? '';
    for (const source of words) {
      const into = target.endsWith('/') ? path.join(here, target, path.basename(source)) : path.join(here, target);
      mkdirSync(path.dirname(into), { recursive: true });
      const isShown = (file: string): boolean => !file.endsWith('.test.ts');
      cpSync(path.join(from, source), into, { recursive: true, filter: isShown, verbatimSymlinks: true });
    }
  }

  /** What `npm ci` would put there by the same lockfile stands in this checkout already. */
  function run(rest: string, here: string): void {
    if (!rest.startsWith('npm ci ')) {
      execFileSync('sh', ['-c', rest], { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] });
      return;
    }
    if (!rest.includes('--omit=dev')) {
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(here, 'node_modules'));
      return;
    }
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: boolean }> };
    const wanted = Object.entries(packages).filter(([name, { dev = false }]) => name !== '' && !dev);
    const there = wanted.map(([name]) => name).filter((name) => existsSync(path.join(ROOT, name)));
    execFileSync('tar', ['-cf', at('', 'packages.tar'), '-C', ROOT, ...outermost(there)]);
    execFileSync('tar', ['-xf', at('', 'packages.tar'), '-C', here]);
  }

  it('starts as another user, where nothing can be written and there is no home', () => {
    expect(fairlead('--version')).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    const blueprint = at('final', 'app/blueprints/frontend/blueprint.yaml');
    expect(fairlead('validate', blueprint)).toMatchObject({ status: 0 });
    expect(fairlead('run', '--data', '/data')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no cluster/),
    });
  });

  it('has the web pages, and neither sources nor packages of development', () => {
    expect(existsSync(at('final', 'app/dist/web/index.html'))).toBe(true);
    expect(existsSync(at('final', 'app/src'))).toBe(false);
    const packages = readdirSync(at('final', 'app/node_modules'));
    expect(packages).toContain('hono');
    for (const dev of ['typescript', 'vite', 'vitest', 'esbuild', 'playwright-core'])
      expect(packages).not.toContain(dev);
  });
});

/** A package that stands in another's folder comes with that. */
const outermost = (names: readonly string[]): string[] =>
  names.filter((name) => !names.some((other) => name.startsWith(`${other}/`)));
