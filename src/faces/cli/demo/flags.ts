import { err, ok, type Result } from '../../../kernel/result.ts';
import { KEPT_SPEED, USUAL_SPEED } from './pace.ts';
import type { Scenario } from './scenario.ts';

export interface DemoFlags {
  /** False with --no-input. */
  readonly input: boolean;
  readonly scenario?: string;
  readonly speed?: string;
  readonly seed?: string;
  /** URL of an endpoint. */
  readonly model?: string;
  /** Folder for a trace. */
  readonly traceModel?: string;
  readonly keep?: boolean;
  readonly verbose?: boolean;
}

export interface Settings {
  readonly scenarios: readonly Scenario[];
  /** Times real time; undefined: as fast as it goes. */
  readonly speed: number | undefined;
  /** The same once the stories are told, in a shop that is kept. */
  readonly keptSpeed: number;
  readonly seed: number;
  readonly keep: boolean;
  readonly verbose: boolean;
  /** The dashboard above the story, drawn in place. */
  readonly live: boolean;
}

const FASTEST = 10_000;
const LARGEST_SEED = 2 ** 31 - 1;

/** What the flags mean here, or which one is wrong, what was found and what it can be. */
export function readFlags(
  flags: DemoFlags,
  terminal: boolean,
  scenarios: readonly Scenario[],
): Result<Settings, string> {
  const chosen = chosenOf(flags.scenario, scenarios);
  if (chosen === undefined) {
    const numbers = scenarios.map(({ number }) => number).join(', ');
    return err(`--scenario ${flags.scenario}: wanted numbers such as 1,3; there are ${numbers}`);
  }
  const speed = Number(flags.speed ?? USUAL_SPEED);
  if (!(speed > 0 && speed <= FASTEST)) {
    return err(`--speed ${flags.speed}: wanted a number above 0, at most ${FASTEST}, such as 30: times real time`);
  }
  const seed = Number(flags.seed ?? 1);
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED)) {
    return err(`--seed ${flags.seed}: wanted a whole number from 0 to ${LARGEST_SEED}`);
  }
  const live = terminal && flags.input;
  // Whoever did not ask for a speed and does not watch need not wait; people who take part need a clock that they can follow.
  const timed = live || flags.speed !== undefined || flags.keep === true;
  return ok({
    scenarios: chosen,
    speed: timed ? speed : undefined,
    keptSpeed: flags.speed === undefined ? KEPT_SPEED : speed,
    seed,
    keep: flags.keep === true,
    verbose: flags.verbose === true,
    live,
  });
}

function chosenOf(text: string | undefined, scenarios: readonly Scenario[]): readonly Scenario[] | undefined {
  if (text === undefined) return scenarios;
  const wanted = new Set(text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN)));
  const chosen = scenarios.filter(({ number }) => wanted.has(number));
  return chosen.length === wanted.size ? chosen : undefined;
}
