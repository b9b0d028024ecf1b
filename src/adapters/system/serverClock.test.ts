import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manualClock.ts';
import { ServerClock } from './serverClock.ts';

const at = (iso: string): number => Date.parse(iso);
const OWN = at('2026-03-01T12:00:00.400Z');

describe('the time of a server', () => {
  it.each([
    ['nothing was heard', undefined, 0],
    ['it is the same second', at('2026-03-01T12:00:00Z'), 0],
    ['its answer took two seconds', at('2026-03-01T11:59:58Z'), 0],
    ['its clock is an hour ahead', at('2026-03-01T13:00:00Z'), 3_600_100],
    ['its clock is weeks behind', at('2026-01-05T00:00:00Z'), at('2026-01-05T00:00:00.500Z') - OWN],
  ])('when %s is ahead of ours by what it comes to', (_, said, ahead) => {
    const clock = new ServerClock(new ManualClock(OWN));
    clock.heard(said);
    expect(clock.now() - OWN).toBe(ahead);
  });

  it('follows each answer, and goes on with our own time between two', async () => {
    const own = new ManualClock(OWN);
    const clock = new ServerClock(own);
    clock.heard(at('2026-03-01T13:00:00Z'));
    await own.advance(1_000);
    expect(clock.now()).toBe(at('2026-03-01T13:00:01.500Z'));
    clock.heard(at('2026-03-01T13:30:00Z'));
    expect(clock.now()).toBe(at('2026-03-01T13:30:00.500Z'));
    clock.heard(at('2026-03-01T12:00:01Z'));
    expect(clock.now()).toBe(own.now());
  });

  it('waits by our own time', async () => {
    const own = new ManualClock(OWN);
    const clock = new ServerClock(own);
    clock.heard(at('2026-03-01T13:00:00Z'));
    let over = false;
    const sleeping = clock.sleep(1_000).then(() => {
      over = true;
    });
    await own.advance(999);
    expect(over).toBe(false);
    await own.advance(1);
    await sleeping;
    expect(over).toBe(true);
  });
});
