import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import picocolors from 'picocolors';
import { FileJournal } from '../../adapters/journal/fileJournal.ts';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { composeModel, composeProposer } from '../../compose.ts';
import { type Config, loadConfig } from '../../config.ts';
import { redactDeep } from '../../kernel/redact.ts';
import type { Log } from '../../ports/log.ts';
import { VirtualRun } from '../../virtualRun.ts';
import type { Scene } from './demo/scene.ts';
import { SCENES } from './demo/scenes.ts';
import { promptsDir } from './installation.ts';
import { EXIT, type Io } from './io.ts';
import { Narrator } from './narrate.ts';
import { VERSION } from './version.ts';

interface DemoFlags {
  /** False with --no-input. */
  readonly input: boolean;
  readonly scenario?: string;
}

const PAUSE_MS = 1_200;
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Plays each scenario on a cluster of its own, told from the journal as it is written. */
export async function demo(io: Io, flags: DemoFlags): Promise<number> {
  const config = loadConfig();
  if (!config.ok) {
    io.err(`fairlead: ${config.error}\n`);
    return EXIT.usage;
  }
  const scenes = chosen(flags.scenario);
  if (scenes === undefined) {
    io.err(`fairlead: --scenario ${flags.scenario}: there are ${SCENES.map(({ number }) => number).join(', ')}\n`);
    return EXIT.usage;
  }
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fairlead-demo-'));
  const { bold, dim, green, red } = picocolors.createColors(config.value.color && io.interactive);
  io.out(
    `${bold(`fairlead ${VERSION}`)}: an embedded cluster in virtual time; the controller, gate and executor are the real ones\n`,
  );
  const results: string[] = [];
  let failed = 0;
  try {
    for (const scene of scenes) {
      if (io.signal.aborted) break;
      io.out(`\n${bold(`scenario ${scene.number}: ${scene.name}`)}\n${scene.about}\n\n`);
      const faults = await play(io, scene, { config: config.value, dir, pace: flags.input && io.interactive });
      if (faults.length > 0) failed += 1;
      const passed = faults.length === 0;
      results.push(
        `scenario ${scene.number} ${scene.name}: ${passed ? green('passed') : red(`failed: ${faults.join('; ')}`)}\n`,
      );
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  io.out(`\n${results.join('')}`);
  if (io.signal.aborted) {
    io.err('fairlead: stopped\n');
    return 130;
  }
  io.out(
    dim(
      '\nWhat was told is the journal, line by line. Next: bin/fairlead --help, or the README for a cluster of your own.\n',
    ),
  );
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function chosen(text: string | undefined): readonly Scene[] | undefined {
  if (text === undefined) return SCENES;
  const wanted = text.split(',').map((part) => Number(part.trim()));
  const scenes = SCENES.filter(({ number }) => wanted.includes(number));
  return scenes.length === new Set(wanted).size ? scenes : undefined;
}

interface Setting {
  readonly config: Config;
  readonly dir: string;
  /** Pauses between lines that matter, so that a person can follow. */
  readonly pace: boolean;
}

async function play(io: Io, scene: Scene, { config, dir, pace }: Setting): Promise<string[]> {
  const model = scene.model ?? (await composeModel(config, systemClock));
  const journals: FileJournal[] = [];
  const run = await VirtualRun.open({
    seed: scene.number,
    proposer: (clock) => composeProposer(model, { clock, log: SILENT, promptsDir, passMs: 15_000 }),
    journal: async (role, clock) => {
      const narrator = new Narrator({ out: io.out, now: () => clock.now(), color: config.color && io.interactive });
      const opened = await FileJournal.open({
        dir: path.join(dir, `scenario-${scene.number}`),
        writer: role,
        clock,
        redact: (value) => redactDeep(value, config.secrets),
        version: VERSION,
      });
      if (!opened.ok) throw new Error(opened.error.message);
      journals.push(opened.value);
      return narrator.over(opened.value, role, pace ? () => systemClock.sleep(PAUSE_MS, io.signal) : undefined);
    },
  });
  try {
    scene.setUp(run);
    await scene.play(run);
    return scene.faults(run);
  } finally {
    await run.close();
    await Promise.all(journals.map((journal) => journal.close()));
  }
}
