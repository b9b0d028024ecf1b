import { describe, expect, it } from 'vitest';
import type { ClusterResult } from '../../../ports/cluster.ts';
import { KINDS, type KubeObject } from '../../../schema/kube.ts';
import { deploymentObject } from '../../../testing/contractObjects.ts';
import type { Io } from '../io.ts';
import { type LabelFlags, offerLabel } from './offerLabel.ts';

const BLUEPRINT: KubeObject = {
  apiVersion: KINDS.Blueprint.apiVersion,
  kind: 'Blueprint',
  metadata: { name: 'web-limits', namespace: 'shop' },
  spec: { target: { name: 'web' } },
};
const target = (labels: Record<string, string>): KubeObject => {
  const object = deploymentObject('shop', 'web', { replicas: 2 });
  return { ...object, metadata: { ...object.metadata, uid: 'uid-1', labels } };
};
const DENIED = { code: 'denied', message: 'deployments is forbidden', uncertain: false } as const;

async function offered(read: ClusterResult<KubeObject | undefined>, flags: LabelFlags, refuses = false) {
  const set: string[] = [];
  const asked: string[] = [];
  let said = '';
  const io: Io = {
    out: () => undefined,
    err: (text) => {
      said += text;
    },
    signal: new AbortController().signal,
    interactive: true,
  };
  const { isYes } = flags;
  const cluster = {
    server: 'https://cluster',
    context: 'test',
    reader: {
      get: (_: unknown, namespace: string | undefined, name: string): Promise<ClusterResult<KubeObject | undefined>> =>
        Promise.resolve(`${namespace}/${name}` === 'shop/web' ? read : { ok: true, value: undefined }),
    },
    manage: (namespace: string, { name, uid }: { name: string; uid: string }): Promise<ClusterResult<void>> => {
      set.push(`${namespace}/${name} ${uid}`);
      return Promise.resolve(refuses ? { ok: false, error: DENIED } : { ok: true, value: undefined });
    },
  };
  const done = await offerLabel(io, { cluster }, BLUEPRINT, {
    ...flags,
    ...(isYes && {
      isYes: (question) => {
        asked.push(question);
        return isYes(question);
      },
    }),
  });
  return { done, set, asked, said };
}
const yes = { isYes: () => Promise.resolve(true) };
const no = { isYes: () => Promise.resolve(false) };
const bare: ClusterResult<KubeObject> = { ok: true, value: target({ app: 'web' }) };

describe('the label on what an applied blueprint governs', () => {
  it('is left as it is where it is there, and nobody is asked', async () => {
    const there: ClusterResult<KubeObject> = { ok: true, value: target({ 'fairlead.dev/managed': 'true' }) };
    expect(await offered(there, { manage: true, ...yes })).toEqual({ done: true, set: [], asked: [], said: '' });
  });

  it('is set where whoever sits there says yes, of that very Deployment', async () => {
    const { done, set, asked, said } = await offered(bare, yes);
    expect([done, set]).toEqual([true, ['shop/web uid-1']]);
    expect(asked).toEqual([expect.stringMatching(/shop\/web does not carry .*May Fairlead change it.* \[y\/N\]/)]);
    expect(said).toContain('labelled fairlead.dev/managed=true');
  });

  it('is set without a question where --manage says so', async () => {
    expect(await offered(bare, { manage: true, ...yes })).toMatchObject({
      done: true,
      set: ['shop/web uid-1'],
      asked: [],
    });
  });

  it.each([
    ['said no', no],
    ['is there to ask', {}],
  ])('is never set silently: where nobody %s it is told with the command', async (_, flags) => {
    const { done, set, said } = await offered(bare, flags);
    expect([done, set]).toEqual([true, []]);
    expect(said).toContain(
      'fix: kubectl label deploy -n shop web fairlead.dev/managed=true, or fairlead apply --manage',
    );
  });

  it.each([
    ['Deployment is not there', { ok: true, value: undefined }, 'no Deployment shop/web yet'],
    ['Deployment cannot be read', { ok: false, error: DENIED }, 'cannot be read for its label'],
  ] as const)('is a failure only of --manage where the %s', async (_, read, words) => {
    for (const [flags, done] of [
      [{}, true],
      [{ manage: true }, false],
    ] as const) {
      const answer = await offered(read, flags);
      expect(answer).toMatchObject({ done, set: [] });
      expect(answer.said).toContain(words);
    }
  });

  it('that the API server refuses to take is a failure, with its words', async () => {
    const { done, said } = await offered(bare, yes, true);
    expect(done).toBe(false);
    expect(said).toMatch(/was not labelled.*deployments is forbidden[\s\S]*fix:/);
  });
});
