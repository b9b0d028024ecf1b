import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { play } from './play.ts';
import { readScenario } from './readScenario.ts';
import { runScenario } from './runScenario.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const options = {
  run: 'live' as const,
  model: { kind: 'rules' as const },
  seed: 1,
  repeat: 1,
  promptsDir: path.join(ROOT, 'prompts'),
  beside: () => '',
};

function scenario(id: string, change: (text: string) => string = (text) => text) {
  const file = path.join(ROOT, 'test', 'scenarios', `${id}.yaml`);
  const read = readScenario(change(readFileSync(file, 'utf8')), file);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

describe('a run', () => {
  it.each(['auto-51-step-up', 'fault-71-model-hang', 'fault-77-model-lower', 'fault-59-restart-mid-spike'])(
    'of %s is the same to the byte with the same seed',
    { timeout: 60_000 },
    async (id) => {
      const texts = async (): Promise<string> => {
        const { journals, samples, calls } = await play(scenario(id), options);
        const records = journals.flatMap((journal) => journal.records.filter(({ kind }) => kind !== 'opened'));
        const plain = records.map(({ hash: _, prev: __, data, ...rest }) => ({ ...rest, data: withoutHeads(data) }));
        return JSON.stringify([plain, samples.map(({ services }) => [...services]), calls]);
      };
      expect(await texts()).toBe(await texts());
    },
  );

  it.each(['auto-51-step-up', 'fault-78-memory-leak'])(
    'of %s has its tick 0 when `time.start` says, and goes on as from any other time',
    { timeout: 60_000 },
    async (id) => {
      const start = '2026-01-09T17:59:45Z';
      const moved = await play(
        scenario(id, (text) => text.replace(/^time:$/m, `time:\n  start: ${start}`)),
        options,
      );
      const usual = await play(scenario(id), options);
      expect(moved.startedAt).toBe(Date.parse(start));
      expect(usual.startedAt).toBeLessThan(Date.UTC(2026, 0, 5, 0, 15));
      const course = ({ samples, startedAt }: typeof usual) => samples.map(({ at, ...rest }) => [at - startedAt, rest]);
      expect(course(moved)).toEqual(course(usual));
    },
  );

  it.each([
    [
      'a decision by nobody',
      { at_tick: 1, approval_decision: { operation: 'scale', target: 'shop/web', decision: 'approve', by: {} } },
      'approval_decision.by: id is missing',
    ],
    ['a fault nobody knows', { at_tick: 1, api_fault: { match: { colour: 'red' }, response: {} } }, 'colour'],
    [
      'a change of something else',
      { at_tick: 1, external_change: { object: 'secret/shop/x', set: {}, actor: 'a' } },
      'secret',
    ],
  ])('with %s is not played, and says what is missing', async (_what, event, word) => {
    const added = `stimulus:\n${stringify([event]).replaceAll(/^/gm, '  ')}`;
    const { result, failures } = await runScenario(
      scenario('auto-51-step-up', (text) => text.replace('stimulus: []', added.trimEnd())),
      options,
    );
    expect(result).toBe('unsupported');
    expect(failures.join()).toContain(word);
  });

  // 75% of a 70% target at three pods: inside the tolerance of the cluster's own controller, outside the format's formula.
  it.each([
    { how: 'by the format, without tolerance', plays: 'true', rps: 547, ends: 4 },
    { how: 'not at all where the plant has none', plays: 'false', rps: 1000, ends: 3 },
  ])('scales autoscaled services $how', async ({ plays, rps, ends }) => {
    const changed = scenario('auto-65-hpa-owns', (text) =>
      text
        .replace(/rps:\n[\s\S]*?(?= +cpu_m_per_rps)/, `rps: ${rps}\n`)
        .replace('hpa_controller: true', `hpa_controller: ${plays}`),
    );
    const { samples } = await play(changed, options);
    expect(samples.at(-1)?.services.get('shop/web')?.replicas).toBe(ends);
  });
});

/** A journal on disk names its process and a played server its port; hashes follow from that. */
const withoutHeads = (data: unknown): string =>
  JSON.stringify(data)
    .replaceAll(/[0-9a-f]{64}/g, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'endpoint');
