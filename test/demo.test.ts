import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DemoFlags } from '../src/faces/cli/demo/flags.ts';
import type { Scenario } from '../src/faces/cli/demo/scenario.ts';
import { SCENARIOS } from '../src/faces/cli/demo/scenarios.ts';
import { frame } from '../src/faces/cli/demo/screen.ts';
import { columnsOf, cut, wrap } from '../src/faces/cli/demo/wrap.ts';
import { demo } from '../src/faces/cli/demo.ts';
import type { Io } from '../src/faces/cli/io.ts';

interface Played {
  readonly code: number;
  readonly text: string;
  readonly errors: string;
}

interface Options {
  readonly interactive?: boolean;
  readonly scenarios?: readonly Scenario[];
  /** Ctrl-C as soon as this was told. */
  readonly stopAt?: string;
}

async function play(flags: Partial<DemoFlags>, options: Options = {}): Promise<Played> {
  const stop = new AbortController();
  let text = '';
  let errors = '';
  const io: Io = {
    out: (part) => {
      text += part;
      if (options.stopAt !== undefined && text.includes(options.stopAt)) stop.abort();
    },
    err: (part) => {
      errors += part;
    },
    signal: stop.signal,
    interactive: options.interactive ?? false,
  };
  const code = await demo(io, { input: false, ...flags }, options.scenarios ?? SCENARIOS);
  return { code, text, errors };
}

const ESCAPE = '\u001b';
const COLOR = `${ESCAPE}[`;
let temporary = '';

beforeEach(() => {
  temporary = mkdtempSync(path.join(os.tmpdir(), 'demo-test-'));
  vi.stubEnv('TMPDIR', temporary);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
});

describe('fairlead demo --no-input', () => {
  it('plays every scenario as specified, proves its journals, and leaves nothing behind', async () => {
    const { code, text, errors } = await play({});
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const results = text.split('\n').filter((line) => /^scenario \d+ /.test(line));
    expect(results).toEqual([
      'scenario 1 autonomous scaling: passed',
      'scenario 2 beyond limits: passed',
      'scenario 3 forbidden: passed',
      'scenario 4 rollback: passed',
      'scenario 5 multi-service: passed',
      'scenario 6 conflict: passed',
      'scenario 7 breaker: passed',
      'scenario 8 operator in chat: passed',
      'scenario 9 steps: passed',
    ]);
    expect(text).toMatch(/journals:\s+3\s+of\s+3\s+sound,\s+\d+\s+records/);
    expect(text).toContain('18 decisions: 12 allowed, 3 deferred, 1 restricted, 2 forbidden.');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).not.toContain(ESCAPE);
    const story = text.replaceAll(/\s+/g, ' ');
    // One clock, no code where a sentence is, and every sentence of a reply ended.
    expect(story).not.toMatch(/\d{4}-\d\d-\d\dT|MissedEarly|fairlead why/);
    expect(story).toContain('waits search: needs approval by devops-team until 33:45 ');
    expect(story).toContain('Forbidden: the blueprint forbids delete_deployment. Instead: ');
    expect(readdirSync(temporary)).toEqual([]);
  }, 60_000);

  it.each(SCENARIOS.map(({ number, name }) => ({ number, name })))(
    'plays scenario $number ($name) alone',
    async ({ number, name }) => {
      const { code, text } = await play({ scenario: String(number) });
      expect(text.split('\n').filter((line) => /^scenario \d+ /.test(line))).toEqual([
        `scenario ${number} ${name}: passed`,
      ]);
      expect(code).toBe(0);
    },
  );

  it('tells a loser who came first, and serves it as soon as there is room', async () => {
    const { text } = await play({ scenario: '6' });
    const story = text.replaceAll(/\s+/g, ' ');
    const told = [
      'the global rules allow 14 replicas in all, one more than run',
      'proposed backend: scale to 4, by rules planner gate deferred G12 CapacityLost: the shared capacity is short, and shop/frontend comes first',
      'again frontend: the executor, on fresh state: the same',
      'done frontend: scale 2 to 3',
      'the limit is lifted: there is room for everybody',
      'done backend: scale 3 to 4',
    ];
    const places = told.map((words) => story.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('tells the same story again with the same seed, and every note when asked', async () => {
    const [first, second, wordy] = [
      await play({ scenario: '1', seed: '7' }),
      await play({ scenario: '1', seed: '7' }),
      await play({ scenario: '1', seed: '7', verbose: true }),
    ];
    expect(second.text).toBe(first.text);
    expect(first.text).not.toContain('OneStep');
    expect(wordy.text).toContain('G8 OneStep: one write: 2 to 3');
  });

  it('ends with 1 and the reason when a scenario did not end as specified', async () => {
    const broken: Scenario = {
      number: 9,
      name: 'broken',
      about: 'Nothing happens.',
      play: async (stage) =>
        stage.replicas('frontend') === 9 ? [] : [`frontend has ${stage.replicas('frontend')} replicas, not 9`],
    };
    const { code, text } = await play({}, { scenarios: [broken] });
    expect(text).toContain('scenario 9 broken: failed: frontend has 2 replicas, not 9\n');
    // No verdict was recorded: replay saw nothing, and that proves nothing.
    expect(text).toContain('0 of 0 verdicts');
    expect(code).toBe(1);
  });

  it.each([
    {
      flags: { scenario: '10' },
      says: '--scenario 10: wanted numbers such as 1,3; there are 1, 2, 3, 4, 5, 6, 7, 8, 9',
    },
    { flags: { scenario: '1,' }, says: '--scenario 1,: wanted numbers' },
    { flags: { speed: '0' }, says: '--speed 0: wanted a number above 0' },
    { flags: { speed: 'fast' }, says: '--speed fast: wanted a number above 0' },
    { flags: { seed: '1.5' }, says: '--seed 1.5: wanted a whole number' },
    { flags: { model: 'not a url' }, says: '--model is no http or https address' },
  ])('refuses $flags as a wrong call', async ({ flags, says }) => {
    const { code, text, errors } = await play(flags);
    expect({ code, text }).toEqual({ code: 2, text: '' });
    expect(errors).toContain(says);
  });
});

describe('fairlead demo on a terminal', () => {
  /** What is written to one row of the second screen, colours aside. */
  const rowsOf = (text: string): string[] =>
    text.split(new RegExp(`${ESCAPE}\\[\\d+;1H`)).map((row) => row.replace(`${COLOR}K`, '').split(ESCAPE)[0] ?? '');

  it('draws the dashboard above the story in place, no row over 80 columns, and gives the terminal back', async () => {
    vi.stubEnv('NO_COLOR', '1');
    const { code, text } = await play({ input: true, scenario: '1,3', speed: '10000' }, { interactive: true });
    expect(code).toBe(0);
    const [before = '', second = '', ...more] = text.split(`${COLOR}?1049h`);
    expect({ before, more }).toEqual({ before: '', more: [] });
    const [drawn = '', after = ''] = second.split(`${COLOR}?1049l`);
    const rows = rowsOf(drawn);
    expect(rows.some((row) => row.startsWith(' frontend  2 ■■■·· 5    CPU  57%'))).toBe(true);
    expect([...rows, ...after.split('\n')].filter((row) => row.length > 80)).toEqual([]);
    expect(after).toContain('scenario 3 forbidden: passed');
    expect(after).toContain('gate      forbidden');
    expect(text).not.toMatch(new RegExp(`${ESCAPE}\\[[0-9;]*m`));
  });

  it('gives the terminal back to a shop that is kept, with the links of people whole, and takes it away with its folder', async () => {
    const flags = { input: true, keep: true, scenario: '1', speed: '10000' };
    const { code, text } = await play(flags, { interactive: true, stopAt: 'Ctrl-C closes it' });
    expect(code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
    const end = text.lastIndexOf(`${COLOR}?1049l`);
    // While the story runs as well: the terminal wraps what is too long for a row.
    expect(rowsOf(text.slice(0, end))).toContainEqual(expect.stringMatching(/^ada, .{40,}first-run\?token=[\w-]{43}$/));
    const after = text.slice(end);
    const links = after.slice(after.indexOf('1 decision: ')).match(/^.*first-run\?token=[\w-]{43}$/gm) ?? [];
    expect(links.map((line) => line.split(/[ ,]/)[0])).toEqual(['admin', 'ada', 'vera']);
    expect(after).toMatch(/^ {2}export KUBECONFIG=.+kubeconfig$/m);
  });

  it('stops at once on Ctrl-C: terminal back, folder gone, 130', async () => {
    const { code, text, errors } = await play(
      { input: true, speed: '1000' },
      { interactive: true, stopAt: 'recorded first' },
    );
    expect({ code, errors }).toEqual({ code: 130, errors: 'fairlead: stopped\n' });
    expect(text.lastIndexOf(`${COLOR}?1049l`)).toBeGreaterThan(text.lastIndexOf(`${COLOR}?1049h`));
    expect(text).not.toContain('scenario 1 autonomous scaling');
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('what fits a terminal', () => {
  const words = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('a', 'b', '/', '.') }));

  it('wraps without losing a letter and without a line over the width', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 40 }), (parts, width) => {
        const lines = wrap(parts.join(' '), width);
        expect(lines.every((line) => line.length <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(parts.join(''));
      }),
    );
  });

  it('cuts by columns and keeps colours', () => {
    const text = `${COLOR}31mred${COLOR}39m and plain`;
    expect(columnsOf(text)).toBe(13);
    expect(cut(text, 5)).toBe(`${COLOR}31mred${COLOR}39m a`);
    expect(cut(text, 13)).toBe(text);
  });

  const sizes = fc.record({ rows: fc.nat(40), columns: fc.integer({ min: 1, max: 90 }) });

  it('makes a picture of exactly the rows there are, the newest of the story below, each line of it whole', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), sizes, (top, story, size) => {
        const picture = frame(top, story, size);
        expect(picture.reduce((sum, { rows }) => sum + rows, 0)).toBe(size.rows);
        expect(picture.every(({ line, rows }) => columnsOf(line) <= size.columns * rows)).toBe(true);
        const told = picture.slice(top.length).map(({ line }) => line);
        expect(told.every((line) => line === '' || story.includes(line))).toBe(true);
      }),
    );
  });

  it.each([
    { story: ['a', 'b', 'c'], shows: ['top', 'b', 'c'] },
    { story: ['b', 'twelve chars'], shows: ['top', 'twelve chars'] },
    { story: ['b', 'more than eighteen c'], shows: ['top', '', ''] },
  ])('shows of $story what fits below: $shows', ({ story, shows }) => {
    expect(frame(['top'], story, { rows: 3, columns: 9 }).map(({ line }) => line)).toEqual(shows);
  });
});
