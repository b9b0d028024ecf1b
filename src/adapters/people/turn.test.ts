import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../kernel/result.ts';
import { systemClock } from '../system/systemClock.ts';
import { inTurn } from './turn.ts';

let dir = '';
let lock = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-turn-'));
  lock = path.join(dir, 'users.json.lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const grow = (file: string): void => {
  const long = new Date(systemClock.now() - 60_000);
  utimesSync(file, long, long);
};
const gate = (): { open: () => void; opened: Promise<void> } => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('a turn', () => {
  it('that one stood still in for too long is somebody else’s: it says so, and takes nothing from the other', async () => {
    const goOn = gate();
    const began = gate();
    const slow = inTurn(lock, systemClock, async (isMine) => {
      began.open();
      await goOn.opened;
      return ok(await isMine());
    });
    await began.opened;
    grow(lock);
    const second = await inTurn(lock, systemClock, async (isMine) => {
      goOn.open();
      expect(await slow).toEqual(ok(false));
      expect(existsSync(lock)).toBe(true);
      return ok(await isMine());
    });
    expect(second).toEqual(ok(true));
    expect(readdirSync(dir)).toEqual([]);
  });

  it('of one that died goes to one alone of many who find it so', async () => {
    for (let round = 0; round < 3; round += 1) {
      writeFileSync(lock, 'whoever it was');
      grow(lock);
      let inside = 0;
      let most = 0;
      const all = await Promise.all(
        Array.from({ length: 8 }, () =>
          inTurn(lock, systemClock, async (isMine) => {
            inside += 1;
            most = Math.max(most, inside);
            // Three trips to the disk: time for others to come in.
            const mine = [await isMine(), await isMine(), await isMine()].every(Boolean);
            inside -= 1;
            return ok(mine);
          }),
        ),
      );
      expect([most, all.every((one) => one.ok && one.value)]).toEqual([1, true]);
    }
    expect(readdirSync(dir)).toEqual([]);
  });
});
