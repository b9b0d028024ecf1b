import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { play } from '../play.ts';
import { readScenario } from '../readScenario.ts';
import { serviceTimes } from './serviceTime.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');

async function webOf(id: string) {
  const file = path.join(ROOT, 'test', 'scenarios', `${id}.yaml`);
  const read = readScenario(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error(read.error);
  const parts = { run: 'live' as const, model: { kind: 'rules' as const }, seed: 1, beside: () => '' };
  const seen = await play(read.value, { ...parts, promptsDir: path.join(ROOT, 'prompts') });
  const time = serviceTimes(seen).get('shop/web');
  return {
    time,
    ticks: seen.samples.length - 1,
    samples: seen.samples.flatMap((one) => one.services.get('shop/web') ?? []),
  };
}

it('a calm service is never in breach, and costs its replicas all the time', async () => {
  const { time, ticks, samples } = await webOf('auto-50-steady');
  expect(time).toEqual({ breach: 0, replicas: (samples[0]?.replicas ?? 0) * 15 * ticks });
});

it('a spike is a breach from when CPU is over its threshold until the new pods are ready', async () => {
  const { time, samples } = await webOf('auto-51-step-up');
  const over = samples.slice(1).filter(({ cpuPct = 0 }) => cpuPct > 80).length;
  expect(over).toBeGreaterThan(1);
  expect(time?.breach).toBe(15 * over);
});

it('a spike that nobody may answer is a breach to the end', async () => {
  const answered = await webOf('auto-51-step-up');
  const { time } = await webOf('auto-63-nothing-granted');
  expect(time?.breach).toBeGreaterThan(3 * (answered.time?.breach ?? 0));
});
