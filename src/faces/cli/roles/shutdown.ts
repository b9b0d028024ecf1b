import type { Clock } from '../../../ports/clock.ts';

/** What is under way may take so long once the signal came: a call to an API server that hangs takes ten seconds. */
const TURNS_MS = 11_000;
/** Each further step. All of it together stays inside the 30 s after which Kubernetes kills. */
const STEP_MS = 4_000;

/** True when the work ended in time; its rejection passes. Work that did not is left behind. */
export async function endsWithin(work: Promise<unknown> | undefined, ms: number, clock: Clock): Promise<boolean> {
  const over = new AbortController();
  try {
    const late = clock.sleep(ms, over.signal).then(() => false);
    return await Promise.race([Promise.resolve(work).then(() => true), late]);
  } finally {
    over.abort();
  }
}

/** Waits for the loops without an end, and once the signal came not much longer. True when all of them ended. */
export async function turnsEnded(loops: Promise<unknown>, signal: AbortSignal, clock: Clock): Promise<boolean> {
  const asked = new Promise<'asked'>((resolve) => {
    if (signal.aborted) resolve('asked');
    signal.addEventListener('abort', () => resolve('asked'), { once: true });
  });
  if ((await Promise.race([loops, asked])) !== 'asked') return true;
  return endsWithin(loops, TURNS_MS, clock);
}

/** A step of the shutdown; undefined when it was done, else a sentence that says it was not. */
export async function lastStep(
  what: string,
  work: Promise<unknown> | undefined,
  clock: Clock,
): Promise<string | undefined> {
  try {
    if (await endsWithin(work, STEP_MS, clock)) return undefined;
    return `${what}: not done within ${STEP_MS / 1000} s`;
  } catch (error) {
    return `${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
