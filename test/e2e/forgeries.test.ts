import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeCluster } from '../cluster/harness.ts';
import { replicas } from './fairlead.ts';
import { FORGERIES, type Forgery, setBack } from './forgeries.ts';
import { ForgeryStage, hasRedis, WANTED } from './forgeryStage.ts';

describeCluster('a forged approval on a real API server', () => {
  let stage: ForgeryStage;
  beforeAll(async () => {
    stage = await ForgeryStage.open();
  });
  afterEach(() => stage.clear());
  afterAll(() => stage?.close());

  const play = async ({ forge, says, service = 'web' }: Forgery): Promise<void> => {
    expect(stage.writes(), 'an earlier row wrote').toEqual([]);
    await stage.ask(service);
    const answer = await forge(stage);
    if (answer instanceof Response) {
      const { error } = (await answer.json()) as { error?: { code: string } };
      expect([answer.status, error?.code ?? '']).toEqual(says);
    }
    await stage.settle();
    expect(stage.writes()).toEqual([]);
    expect(await replicas(stage.cluster, 'shop', service)).toBe(3);
  };
  const rows = (redis: boolean): [string, Forgery][] =>
    FORGERIES.filter(({ face }) => (face === 'Redis') === redis).map((row) => [`${row.face}: ${row.what}`, row]);

  describe.skipIf(!hasRedis)('in the queue (needs redis-server)', () => {
    it.each(rows(true))('%s writes to no workload (P2, P9)', (_, row) => play(row));
  });

  it.each(rows(false))('%s writes to no workload (P2, P9)', (_, row) => play(row));

  it('is what it takes: the same yes, by who may give it, writes once, and is used then (P9)', async () => {
    await stage.ask('web');
    const voted = await stage.send({ cookie: await stage.session('ada'), body: await stage.yes() });
    expect(voted.status).toBe(200);
    await stage.until('the change to be written', () => stage.writes().length > 0);
    expect(await replicas(stage.cluster, 'shop', 'web')).toBe(WANTED);
    await setBack(stage);
    await stage.cluster.kubectl(['scale', 'deploy/web', '-n', 'shop', '--replicas=3']);
    await stage.settle();
    expect(stage.writes()).toEqual(['patch web 200']);
    expect(await replicas(stage.cluster, 'shop', 'web')).toBe(3);
  });
});
