import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../src/adapters/system/systemClock.ts';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');

/** How a replica is lost: killed, told to go, or frozen for longer than its lease lasts. */
export type Loss = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';

/** One replica of a role, as a pod runs it: its own token, its own data folder, and whatever happens to it. */
export class ReplicaProcess {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #log: string;
  #child: ChildProcess | undefined;

  /** `log`: the file that keeps what it says. */
  constructor(name: string, args: readonly string[], log: string) {
    this.name = name;
    this.#args = args;
    this.#log = log;
  }

  /** Of all its lives. */
  get output(): string {
    return readFileSync(this.#log, 'utf8');
  }

  start(): void {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };
    const log = openSync(this.#log, 'a');
    const child = spawn(process.execPath, [BIN, ...this.#args], { stdio: ['ignore', log, log], env });
    closeSync(log);
    // A run that is broken off leaves nobody behind, frozen or not.
    const last = (): boolean => child.kill('SIGKILL');
    process.once('exit', last);
    child.once('exit', () => process.off('exit', last));
    this.#child = child;
  }

  /** Loses it for `awayMs` and has it back. Of a frozen one that went meanwhile: the exit code. */
  async lose(how: Loss, awayMs: number): Promise<void> {
    if (how !== 'SIGSTOP') await this.stop(how);
    else this.#child?.kill('SIGSTOP');
    await systemClock.sleep(awayMs);
    if (how === 'SIGSTOP') this.#child?.kill('SIGCONT');
    else this.start();
  }

  /** Resolves to the exit code, null when the signal ended it. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }
}
