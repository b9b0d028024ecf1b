import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSigningKey, publicKeyOf, signingKey } from '../../../approvals/keys.ts';
import { FakeCluster } from '../../../testing/fakeCluster.ts';
import { trustOf } from './trust.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-trust-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const at = path.join(dir, name);
  writeFileSync(at, text, { mode: 0o600 });
  return at;
};
const cluster = (): FakeCluster => {
  const reader = new FakeCluster();
  reader.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'c1' } });
  return reader;
};

describe('whose votes count', () => {
  it('a mounted key signs, and none is made beside it', async () => {
    const pem = newSigningKey();
    const known = await trustOf(
      ['gateway'],
      { signingKey: file('gateway.key', pem) },
      path.join(dir, 'data'),
      cluster(),
    );
    expect(known).toMatchObject({ ok: true, value: { privatePem: pem } });
    expect(existsSync(path.join(dir, 'data'))).toBe(false);
  });

  it.each([
    ['not there', undefined],
    ['no key', 'nonsense'],
    ['the public half', publicKeyOf(newSigningKey())],
  ])('a mounted key that is %s is said, with the fix, and nothing of it', async (_, text) => {
    const at = text === undefined ? path.join(dir, 'none') : file('gateway.key', text);
    const known = await trustOf(['gateway'], { signingKey: at }, dir, cluster());
    const said = known.ok ? '' : known.error;
    expect(said).toContain(`--signing-key ${at} cannot be used`);
    expect(said).toContain('fix: fairlead install --keys');
    if (text !== undefined) expect(said).not.toContain(text.slice(30, 60) || text);
  });

  it('an executor believes every key of its file, so that one may take the place of another', async () => {
    const [old, next, other] = [newSigningKey(), newSigningKey(), newSigningKey()];
    const trusted = file('gateway.pub', `${publicKeyOf(old)}\n${publicKeyOf(next)}`);
    const known = await trustOf(['executor'], { trust: trusted }, dir, cluster());
    const keys = known.ok ? known.value.trust?.keys : undefined;
    const counts = [old, next, other].map((pem) => {
      const key = signingKey(pem);
      return keys?.verify(key.id, 'a vote', key.sign('a vote'));
    });
    expect(counts).toEqual([true, true, false]);
  });
});
