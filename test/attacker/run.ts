import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { play } from './play.ts';
import { type Breach, explain, newTally, siege, type Tally } from './siege.ts';
import type { Attack } from './steps.ts';

const USAGE = `npm run attack [-- options]: 200,000 attacks on the whole product, in two processes; an hour or two

  --count N      so many attacks instead: 2,000 take a minute or two
  --seed N       others than the last time; the seed is printed, and the same one attacks the same way again
  --jobs N       processes
  --replay JSON  one attack as a failure printed it, with --holds model|process`;
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    replay: { type: 'string' },
    holds: { type: 'string', default: 'process' },
    worker: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [count, seed, jobs] = [Number(values.count), Number(values.seed), Number(values.jobs)];
const BATCH = 250;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

type Report = { readonly tally: Tally } | { readonly breach: Breach } | { readonly failed: string };

if (values.help) say(USAGE);
else if (values.replay !== undefined) await replay(JSON.parse(values.replay) as Attack);
else if (values.worker !== undefined) await work(Number(values.worker));
else await lead();

async function replay(attack: Attack): Promise<void> {
  const { violations, writes } = await play(attack, { holds: values.holds === 'model' ? 'model' : 'process' });
  say(violations.length === 0 ? `nothing was broken (${writes} writes)` : violations.join('\n'));
  if (violations.length > 0) process.exitCode = 1;
}

/** Every so-manieth batch is this process's. Each batch has a seed of its own, so that none depends on how many there are. */
async function work(index: number): Promise<void> {
  const send = (report: Report): void => void process.send?.(report);
  for (let batch = index; batch * BATCH < count; batch += jobs) {
    const tally = newTally();
    const size = Math.min(BATCH, count - batch * BATCH);
    const breach = await siege({ seed: seed + batch, count: size }, tally);
    send({ tally });
    if (breach !== undefined) return send({ breach });
  }
}

async function lead(): Promise<void> {
  say(`${count} attacks from seed ${seed} on, in ${jobs} processes`);
  const began = performance.now();
  const total = newTally();
  let breach: Breach | undefined;
  let failed = false;
  const workers: ChildProcess[] = Array.from({ length: jobs }, (_, index) =>
    fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--worker', String(index)]),
  );
  const ends = workers.map(
    (worker) =>
      new Promise<void>((resolve) => {
        worker.on('message', (report: Report) => {
          if ('breach' in report) breach = report.breach;
          else if ('tally' in report) add(total, report.tally);
          if ('breach' in report) for (const other of workers) other.kill();
          else progress(total, began);
        });
        worker.on('exit', (code) => {
          if (code !== 0 && breach === undefined) failed = true;
          resolve();
        });
      }),
  );
  await Promise.all(ends);
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  say(
    `\n${total.attacks} attacks of ${total.steps} steps in ${minutes} min: ${total.writes} writes, ${total.undos} of them undos`,
  );
  say(`verdicts of the executors: ${listed(total.verdicts)}`);
  say(`steps: ${listed(total.kinds)}`);
  if (breach !== undefined) say(`BROKEN\n${explain(breach)}`);
  else if (failed || total.attacks < count) say(`NOT ALL WAS PLAYED: ${total.attacks} of ${count}`);
  else say('nothing was broken');
  if (breach !== undefined || failed || total.attacks < count) process.exitCode = 1;
}

function progress({ attacks, writes }: Tally, began: number): void {
  const perSecond = attacks / ((performance.now() - began) / 1000);
  const left = Math.max(0, count - attacks) / perSecond / 60;
  const text = `${attacks} of ${count} attacks, ${writes} writes, ${perSecond.toFixed(0)}/s, ${left.toFixed(0)} min left`;
  process.stdout.write(process.stdout.isTTY ? `\r${text}   ` : `${text}\n`);
}

function add(total: Tally, part: Tally): void {
  total.attacks += part.attacks;
  total.steps += part.steps;
  total.writes += part.writes;
  total.undos += part.undos;
  for (const name of ['kinds', 'verdicts'] as const) {
    for (const [key, times] of Object.entries(part[name])) total[name][key] = (total[name][key] ?? 0) + times;
  }
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}
