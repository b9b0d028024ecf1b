import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import whom (docs/ARCHITECTURE.md). A folder may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  schema: ['kernel'],
  ports: ['schema', 'kernel'],
  policy: ['schema', 'kernel'],
  approvals: ['schema', 'kernel'],
  analysis: ['schema', 'kernel'],
  audit: ['schema', 'kernel', 'policy'],
  tools: ['schema', 'kernel'],
  agents: ['schema', 'kernel', 'ports', 'tools'],
  install: ['schema', 'kernel'],
  roles: ['schema', 'kernel', 'ports'],
  observe: ['schema', 'kernel', 'ports', 'analysis', 'policy'],
  calls: ['schema', 'kernel', 'ports', 'policy', 'approvals', 'analysis', 'observe', 'tools'],
  controller: ['schema', 'kernel', 'ports', 'policy', 'analysis', 'observe', 'tools', 'calls', 'agents'],
  executor: ['schema', 'kernel', 'ports', 'policy', 'approvals', 'analysis', 'observe', 'tools'],
  gateway: ['schema', 'kernel', 'ports', 'policy', 'approvals', 'analysis', 'observe', 'tools', 'calls', 'audit'],
  adapters: ['schema', 'kernel', 'ports'],
  world: ['schema', 'kernel', 'ports'],
  testing: ['schema', 'kernel', 'ports', 'policy', 'approvals', 'observe', 'agents', 'gateway'],
};
/** The roots that wire everything; `scenario` wires the product to the embedded cluster. */
const ROOTS = new Set([
  'compose.ts',
  'composeGateway.ts',
  'virtualRun.ts',
  'main.ts',
  'config.ts',
  'journalSettings.ts',
  'modelSettings.ts',
  'noticeSettings.ts',
  'prometheusSettings.ts',
  'faces',
  'scenario',
]);

interface Crossing {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
}

const SRC = path.join(import.meta.dirname, '..', 'src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(SRC, file), 'utf8') }));

const folderOf = (file: string): string => file.split(path.sep)[0] ?? file;

function crossingsOf(files: readonly { file: string; text: string }[]): Crossing[] {
  return files.flatMap(({ file, text }) =>
    [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => {
      const target = path.join(path.dirname(file), match[1] ?? '');
      return { file, from: folderOf(file), to: folderOf(target), target };
    }),
  );
}

function violations(crossings: readonly Crossing[]): string[] {
  return crossings
    .filter(({ from, to }) => from !== to && !ROOTS.has(from) && !(MAY_IMPORT[from] ?? []).includes(to))
    .map(({ file, target }) => `${file} imports ${target}`);
}

const crossings = crossingsOf(sources);

describe('architecture', () => {
  it('sees the code it guards', () => {
    expect(sources.length).toBeGreaterThan(80);
    expect(crossings.length).toBeGreaterThan(200);
  });

  it('finds a planted violation', () => {
    const planted = [{ file: path.join('agents', 'bad.ts'), text: "import { decide } from '../policy/decide.ts';" }];
    expect(violations(crossingsOf(planted))).toEqual(['agents/bad.ts imports policy/decide.ts']);
    const lazily = [{ file: path.join('policy', 'bad.ts'), text: "const m = await import('../adapters/x.ts');" }];
    expect(violations(crossingsOf(lazily))).toHaveLength(1);
  });

  it('lets no folder reach outside its allowance', () => {
    expect(violations(crossings)).toEqual([]);
  });

  it('keeps adapters from importing each other', () => {
    const adapter = (file: string): string => file.split(path.sep).slice(0, 2).join('/');
    expect(
      crossings.filter((c) => c.from === 'adapters' && c.to === 'adapters' && adapter(c.file) !== adapter(c.target)),
    ).toEqual([]);
  });

  it('has one place that issues permits: the gate', () => {
    // The cluster contract issues its own; no production folder may import `testing`.
    const issuers = sources.filter(({ file, text }) => text.includes('Permit.issue(') && folderOf(file) !== 'testing');
    expect(issuers.map(({ file }) => file)).toEqual([path.join('policy', 'decide.ts')]);
  });

  it('gives the one port that writes workloads to the executor alone', () => {
    const users = sources
      .filter(({ text }) => /\bWorkloadWriter\b/.test(text))
      .map(({ file }) => folderOf(file))
      .filter(
        (folder) =>
          !['ports', 'adapters', 'executor', 'world', 'testing', 'compose.ts', 'virtualRun.ts'].includes(folder),
      );
    expect(users).toEqual([]);
  });

  it('has no import cycle', () => {
    const edges = new Map<string, string[]>();
    for (const { file, text } of sources) {
      const targets = [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s*'(\.[^']+)'/gms)].map((m) =>
        path.join(path.dirname(file), m[1] ?? ''),
      );
      edges.set(file, targets);
    }
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' > '));
      if (done.has(file) || trail.includes(file)) return;
      for (const target of edges.get(file) ?? []) visit(target, [...trail, file]);
      done.add(file);
    };
    for (const file of edges.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it.each([
    ['the environment', /process\.env\b/, ['config.ts']],
    ['the wall clock', /\bDate\.now\(\)|new Date\(\)/, ['adapters']],
    ['timers', /\bset(?:Timeout|Interval)\(/, ['adapters', 'testing']],
    ['Math.random', /\bMath\.random\b/, []],
    ['process.exit', /process\.exit\(/, []],
  ])('reads %s only where it may', (_what, pattern, allowed) => {
    expect(
      sources
        .filter(({ file, text }) => pattern.test(text) && !allowed.includes(folderOf(file)))
        .map(({ file }) => file),
    ).toEqual([]);
  });

  it('keeps files small', () => {
    const long = sources
      .map(({ file, text }) => ({ file, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 301);
    expect(long).toEqual([]);
  });

  it('keeps the gate under 1,500 lines of code', () => {
    const isCode = (line: string): boolean => !/^\s*(?:\/\/|\/?\*|$)/.test(line);
    const lines = sources
      .filter(({ file }) => folderOf(file) === 'policy')
      .reduce((sum, { text }) => sum + text.split('\n').filter(isCode).length, 0);
    expect(lines).toBeGreaterThan(200);
    expect(lines, 'lines of code in src/policy: a rule goes, or becomes shorter').toBeLessThan(1500);
  });
});
