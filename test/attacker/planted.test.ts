import { describe, expect, it } from 'vitest';
import { sealed } from '../../src/schema/counterSeal.ts';
import { Counters } from '../../src/schema/counters.ts';
import { FIELD_MANAGER } from '../../src/schema/kube.ts';
import { LightJournal } from './lightJournal.ts';
import { play } from './play.ts';
import { explain, siege } from './siege.ts';
import type { Planted } from './stage.ts';
import type { Attack, Call, Step } from './steps.ts';

/** What the attack must notice when it is there: a fault is planted in one port, and everything else is the product. */

const wish = (call: Call): Step[] => [
  { do: 'forge', call, lies: { as: 'agent', namespace: 'shop', target: 'web', parent: 'none', seen: 'none' } },
  { do: 'pass', times: 1 },
];
const scale = (replicas: number): Step[] => wish({ tool: 'scale', args: { replicas } });

const ONE_WRITE: Attack = { replicas: 2, load: 'spike', blueprint: 'usual', warm: 2, steps: scale(3) };
const TWELVE_WRITES: Attack = {
  replicas: 2,
  load: 'flood',
  blueprint: 'wide',
  warm: 2,
  steps: [{ do: 'global', name: 'noCooldown' }, ...Array.from({ length: 14 }, (_, n) => scale(3 + n)).flat()],
};

const writesTwice: Planted = {
  workloads: (writer, world) => ({
    async apply(permit, lastChange, options) {
      const answer = await writer.apply(permit, lastChange, options);
      if (answer.ok && !options.dryRun) world.scaleByHand('shop/web', 5, FIELD_MANAGER);
      return answer;
    },
  }),
};

/** A count that keeps two writes and no more, as whoever wrote it believes in it: sealed, and naming the newest. */
const forgets: Planted = {
  records: (records) => ({
    ...records,
    replaceStatus(kind, object) {
      const counters = Counters.safeParse(object.status);
      if (kind.kind !== 'CircuitBreaker' || !counters.success) return records.replaceStatus(kind, object);
      const status = sealed({ ...counters.data, operations: counters.data.operations.slice(-2) });
      return records.replaceStatus(kind, { ...object, status });
    },
  }),
};

class LosesIntents extends LightJournal {
  override append(entry: Parameters<LightJournal['append']>[0]): ReturnType<LightJournal['append']> {
    return entry.kind === 'intent' ? Promise.resolve({ ok: true, value: this.head() }) : super.append(entry);
  }
}

describe('a planted fault is noticed', () => {
  it.each<{ what: string; planted: Planted; attack: Attack; says: RegExp }>([
    { what: 'a writer that writes twice', planted: writesTwice, attack: ONE_WRITE, says: /only patches/ },
    { what: 'counters that forget', planted: forgets, attack: TWELVE_WRITES, says: /budget: .*11 operations/ },
    {
      what: 'a log that loses an intent',
      planted: { journal: () => new LosesIntents() },
      attack: ONE_WRITE,
      says: /recorded: .* without an intent/,
    },
  ])('$what', async ({ planted, attack, says }) => {
    expect((await play(attack)).violations).toEqual([]);
    const { violations } = await play(attack, { holds: 'process', planted });
    expect(violations.join('\n')).toMatch(says);
  });

  it('by chance as well, and is made small and told with how to see it again', { timeout: 60_000 }, async () => {
    const breach = await siege({ seed: 3, count: 100, planted: writesTwice });
    expect(breach?.attack.steps.length).toBeLessThanOrEqual(2);
    const text = breach === undefined ? '' : explain(breach);
    expect(text).toContain('seed 3');
    const json = /--replay '(.*)'/.exec(text)?.[1] ?? '';
    const again = await play(JSON.parse(json) as Attack, { holds: breach?.holds ?? 'process', planted: writesTwice });
    expect(again.violations).toEqual(breach?.violations);
    expect(again.violations).not.toEqual([]);
  });
});
