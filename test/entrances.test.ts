import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CALLS, READS, type RecordedCall, unrecorded } from './entrances/calls.ts';
import { type Door, openDoors } from './entrances/doors.ts';
import { STATES } from './entrances/states.ts';
import { difference, type Told } from './entrances/told.ts';
import { HOT } from './stages/executorStage.ts';

/** Hundreds of calls, over sockets too. */
const SLOW = { timeout: 180_000 };

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-entrances-'));
  vi.stubEnv('XDG_CONFIG_HOME', dir);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

interface Compared {
  /** Verdicts that entrances gave, beside the first one of each call. */
  readonly verdicts: number;
  readonly differences: readonly string[];
}

/** The same call through every door of one principal: what is said differently from the first that tells the whole verdict. */
async function compare<C>(doors: Readonly<Record<string, Door<C>>>, calls: readonly C[]): Promise<Compared> {
  let verdicts = 0;
  const differences: string[] = [];
  for (const call of calls) {
    const told: [string, Told][] = [];
    for (const [name, door] of Object.entries(doors)) {
      const said = await door(call);
      if (said !== undefined) told.push([name, said]);
    }
    const expected = told.find(([, said]) => 'whole' in said)?.[1];
    if (expected === undefined || !('whole' in expected)) throw new Error(`no entrance takes ${JSON.stringify(call)}`);
    for (const [name, said] of told) {
      verdicts += 1;
      const differs = difference(
        { ...expected.whole, at: 0 },
        'whole' in said ? { whole: { ...said.whole, at: 0 } } : said,
      );
      if (differs !== undefined) differences.push(`${name}: ${JSON.stringify(call)}: ${differs}`);
    }
  }
  return { verdicts, differences };
}

const COUNT = (CALLS.length + READS.length) * STATES.length;

describe(`${COUNT} recorded tool calls`, () => {
  it('are those of every change and every read of the catalogue, and more than 200', () => {
    expect(unrecorded()).toEqual([]);
    expect(COUNT).toBeGreaterThan(200);
  });

  it.for(STATES)(
    'to a service $name get the same verdict through each entrance (P1)',
    SLOW,
    async (state, { annotate }) => {
      const doors = await openDoors(state);
      try {
        const person = await compare(doors.person, CALLS);
        const agent = await compare(doors.agent, CALLS);
        const reads = await compare(doors.reads, READS);
        const differences = [person, agent, reads].flatMap((each) => each.differences);
        const verdicts = person.verdicts + agent.verdicts + reads.verdicts;
        await annotate(`${CALLS.length + READS.length} calls, ${verdicts} verdicts, ${differences.length} differences`);
        expect(differences.slice(0, 3)).toEqual([]);
        // Each call has its person's and its agent's side, and the fewest entrances take the asking for approval.
        expect(verdicts).toBeGreaterThan(CALLS.length * 6);
      } finally {
        await doors.close();
      }
    },
  );

  it.for<[string, (told: Told, call: RecordedCall) => Told]>([
    ['of one word in one finding', (told) => edited(told, /is|are|has/, 'was')],
    ['of one number in one finding', (told) => edited(told, /"(\d)"/, '"9$1"')],
    ['of an authority', (told) => edited(told, /"allowed"|"restricted"/, '"forbidden"')],
    [
      'in one call of all',
      (told, { tool }) => (tool === 'restart_pods' ? edited(told, /restart_pods/, 'restart') : told),
    ],
  ])('would be found to differ by a difference %s', SLOW, async ([, plant]) => {
    const doors = await openDoors({ name: 'hot', options: { load: HOT } });
    try {
      const honest = doors.person['POST /api/requests'];
      if (honest === undefined) throw new Error('no such entrance');
      const planted: Door = async (call) => {
        const told = await honest(call);
        return told && plant(told, call);
      };
      expect((await compare({ honest, planted: honest }, CALLS)).differences).toEqual([]);
      const { differences } = await compare({ honest, planted }, CALLS);
      expect(differences.length).toBeGreaterThan(0);
      expect(differences.every((line) => line.startsWith('planted: '))).toBe(true);
    } finally {
      await doors.close();
    }
  });
});

/** The first match in what was told, otherwise. */
const edited = (told: Told, what: RegExp, by: string): Told =>
  JSON.parse(JSON.stringify(told).replace(what, by)) as Told;
