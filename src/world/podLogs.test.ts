import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../schema/kube.ts';
import { podLog } from './podLogs.ts';

const AT = '2026-01-05T00:00:00Z';
const END = '2026-01-05T00:00:01Z';
const running = { running: { startedAt: AT } };
const waiting = (reason: string) => ({ waiting: { reason } });
const ended = (reason: string) => ({ terminated: { reason, startedAt: AT, finishedAt: END } });

function pod(state: object, lastState: object = {}): KubeObject {
  const app = { name: 'app', image: 'web:2', state, lastState };
  const metadata = { name: 'web-1', namespace: 'shop' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: { containerStatuses: [app] } };
}
const read = (of: KubeObject | undefined, over: { lines?: number; container?: string } = {}) =>
  podLog(of, { namespace: 'shop', pod: 'web-1', lines: 10, ...over });

describe('the log of a pod of the embedded cluster', () => {
  it.each([
    { what: 'runs', of: pod(running), log: `${AT} started web:2\n` },
    {
      what: 'ended by itself and waits to be started again',
      of: pod(waiting('CrashLoopBackOff'), ended('Error')),
      log: `${AT} started web:2\n${END} fatal: web:2 cannot go on, exit code 1\n`,
    },
    {
      what: 'was killed for memory, which leaves it no time to say so',
      of: pod(waiting('CrashLoopBackOff'), ended('OOMKilled')),
      log: `${AT} started web:2\n`,
    },
  ])('of one that $what says so', ({ of, log }) => {
    expect(read(of)).toEqual({ ok: true, value: log });
  });

  it('has its last lines only', () => {
    const crashed = pod(waiting('CrashLoopBackOff'), ended('Error'));
    expect(read(crashed, { lines: 1 })).toEqual({
      ok: true,
      value: `${END} fatal: web:2 cannot go on, exit code 1\n`,
    });
    expect(read(crashed, { lines: 0 })).toEqual({ ok: true, value: '' });
  });

  it.each([
    { what: 'there is no such pod', of: undefined, over: {}, code: 'notFound', message: 'pods "web-1" not found' },
    {
      what: 'it has not started',
      of: pod(waiting('ImagePullBackOff')),
      over: {},
      code: 'invalid',
      message: 'container "app" in pod "web-1" is waiting to start: ImagePullBackOff',
    },
    {
      what: 'it has no such container',
      of: pod(running),
      over: { container: 'proxy' },
      code: 'invalid',
      message: 'container proxy is not valid for pod web-1',
    },
  ])('is refused as by an API server when $what', ({ of, over, code, message }) => {
    expect(read(of, over)).toEqual({ ok: false, error: { code, message, uncertain: false } });
  });
});
