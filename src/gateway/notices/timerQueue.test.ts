import { describe } from 'vitest';
import { ManualClock } from '../../testing/manualClock.ts';
import { noticeQueueContract } from '../../testing/noticeQueueContract.ts';
import { TimerQueue } from './timerQueue.ts';

describe('the queue of timers', () => {
  noticeQueueContract(() => {
    const clock = new ManualClock();
    const queue = new TimerQueue(clock, 'No Redis is set up.');
    return Promise.resolve({
      queue,
      clock,
      async until(holds) {
        for (let step = 0; step < 4_000; step += 1) {
          if (await holds()) return;
          await clock.advance(100);
        }
        throw new Error('it never came to that');
      },
      close: () => queue.close(),
    });
  });
});
