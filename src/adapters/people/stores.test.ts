import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, ok } from '../../kernel/result.ts';
import type { ClusterResult } from '../../ports/cluster.ts';
import type { OwnSecret, SecretText } from '../../ports/ownSecret.ts';
import { MemoryPeople } from '../../testing/memoryPeople.ts';
import { peopleContract } from '../../testing/peopleContract.ts';
import { systemClock } from '../system/systemClock.ts';
import { fileStore } from './fileStore.ts';
import { secretStore } from './secretStore.ts';
import { signingKeyFile } from './signingKeyFile.ts';

let dir = mkdtempSync(path.join(tmpdir(), 'fairlead-people-'));
const emptyDir = (): void => {
  rmSync(dir, { recursive: true, force: true });
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-people-'));
};
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A Secret as an API server keeps it: every write makes a new version, and a stale one is refused. */
class FakeSecret implements OwnSecret {
  readonly name = 'agent-system/fairlead-gateway';
  version = 0;
  text: string | undefined;
  failing: string | undefined;

  read(): Promise<ClusterResult<SecretText | undefined>> {
    if (this.failing !== undefined) return Promise.resolve(unavailable(this.failing));
    const found = this.text === undefined ? undefined : { text: this.text, resourceVersion: String(this.version) };
    return Promise.resolve(ok(found));
  }

  async write(text: string, resourceVersion: string | undefined): Promise<ClusterResult<void>> {
    await Promise.resolve();
    if (resourceVersion !== (this.text === undefined ? undefined : String(this.version))) {
      return err({ code: 'conflict', message: 'changed', uncertain: false });
    }
    this.version += 1;
    this.text = text;
    return ok(undefined);
  }
}
const unavailable = (message: string) => err({ code: 'unavailable' as const, message, uncertain: false });
let secret = new FakeSecret();

let memory = new MemoryPeople();
peopleContract(
  'in memory',
  () => memory,
  () => {
    memory = new MemoryPeople();
  },
);
peopleContract('a file', () => fileStore(dir, systemClock), emptyDir);
peopleContract(
  'a Secret',
  () => secretStore(secret),
  () => {
    secret = new FakeSecret();
  },
);

const file = (): string => path.join(dir, 'users.json');
const nobody = JSON.stringify({ users: [], sessions: [], tokens: [], invitations: [] });
const touch = (store: ReturnType<typeof fileStore>) =>
  store.update((people) => ({
    ...people,
    users: [{ name: 'ada', role: 'admin', groups: [], createdAt: 0, disabled: false }],
  }));

describe('people in a file', () => {
  beforeEach(emptyDir);

  it('are for this user alone, and nothing else is left lying about', async () => {
    await touch(fileStore(dir, systemClock));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['users.json']);
  });

  it.each([0o604, 0o640, 0o644, 0o660])('are not taken from one that others can read: mode %o', async (mode) => {
    writeFileSync(file(), nobody, { mode: 0o600 });
    chmodSync(file(), mode);
    const store = fileStore(dir, systemClock);
    expect(await store.read()).toMatchObject({ ok: false, error: expect.stringContaining(`chmod 600 ${file()}`) });
    expect((await touch(store)).ok).toBe(false);
    expect(readFileSync(file(), 'utf8')).toBe(nobody);
  });

  it('are not taken any more once others can read them, though nothing in them changed', async () => {
    const store = fileStore(dir, systemClock);
    await touch(store);
    expect((await store.read()).ok).toBe(true);
    chmodSync(file(), 0o644);
    expect((await store.read()).ok).toBe(false);
  });

  it.each([
    ['cut short', '{"users":['],
    ['of another shape', '{"users":[{"name":"eve","role":"god"}]}'],
    ['empty', ''],
  ])('are an error when the file is %s, and it is left for a person to look at', async (_, text) => {
    writeFileSync(file(), text, { mode: 0o600 });
    const store = fileStore(dir, systemClock);
    expect((await store.read()).ok).toBe(false);
    expect((await touch(store)).ok).toBe(false);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('are not overwritten by a process that stood still in its turn while another changed them', async () => {
    const [slow, other] = [fileStore(dir, systemClock), fileStore(dir, systemClock)];
    let theirs: Promise<unknown> = Promise.resolve();
    const late = await slow.update((people) => {
      // As after a minute's sleep of this machine: the other finds the turn old, takes it and writes.
      rmSync(`${file()}.lock`);
      theirs = touch(other);
      writeFileSync(`${file()}.lock`, 'the other');
      return { ...people, users: [] };
    });
    expect(late).toEqual({ ok: false, error: expect.stringMatching(/try again/) });
    rmSync(`${file()}.lock`, { force: true });
    await theirs;
    expect(await other.read()).toMatchObject({ ok: true, value: { users: [{ name: 'ada' }] } });
  });

  it('are not held up by the turn of a process that died in it', async () => {
    writeFileSync(`${file()}.lock`, '');
    const long = new Date(systemClock.now() - 60_000);
    utimesSync(`${file()}.lock`, long, long);
    expect((await touch(fileStore(dir, systemClock))).ok).toBe(true);
    expect(readdirSync(dir)).toEqual(['users.json']);
  });
});

describe('people in a Secret', () => {
  afterEach(() => {
    secret = new FakeSecret();
  });

  it('are an error when it cannot be read, never nobody', async () => {
    secret.failing = 'connection refused';
    expect(await secretStore(secret).read()).toMatchObject({ ok: false, error: /connection refused/ });
  });

  it('are refused where a Secret has no more room, with what it holds and what to do, and those in it stay', async () => {
    const store = secretStore(secret);
    await store.update((people) => people);
    const before = secret.text;
    const groups = Array.from({ length: 32 }, (_, n) => `g${n}`.padEnd(63, 'x'));
    const user = { role: 'viewer' as const, groups, createdAt: 0, disabled: false };
    const full = await store.update((people) => ({
      ...people,
      users: Array.from({ length: 500 }, (_, n) => ({ ...user, name: `user-${n}` })),
    }));
    expect(full).toEqual({ ok: false, error: expect.stringMatching(/cannot hold more: 500 users, .* 1000000 fit/) });
    expect(secret.text).toBe(before);
  });

  it('fit with all sessions and tokens that there may be, of people in a few groups', async () => {
    const hash = (n: number): string => n.toString(16).padStart(64, '0');
    const written = await secretStore(secret).update((people) => ({
      ...people,
      users: Array.from({ length: 1000 }, (_, n) => {
        const groups = ['devops-team', 'payments-team'];
        const password = 'x'.repeat(100);
        return { name: `user-${n}@example.com`, role: 'operator', groups, createdAt: 1e12, disabled: false, password };
      }),
      sessions: Array.from({ length: 2000 }, (_, n) => {
        return { id: hash(n), user: `user-${n % 1000}@example.com`, createdAt: 1e12, seenAt: 1e12 };
      }),
      tokens: Array.from({ length: 1000 }, (_, n) => {
        const times = { createdAt: 1e12, expiresAt: 2e12 };
        return { id: `t${n}`, hash: hash(n), name: 'ci', owner: `user-${n}@example.com`, scopes: ['read'], ...times };
      }),
    }));
    expect(written).toEqual(ok(undefined));
  });

  it('are given up on after a few lost races, with nothing changed', async () => {
    const store = secretStore(secret);
    await store.update((people) => people);
    const before = secret.text;
    let tries = 0;
    const racing = await store.update((people) => {
      tries += 1;
      secret.version += 1;
      return { ...people, users: [] };
    });
    expect([racing.ok, tries, secret.text]).toEqual([false, 8, before]);
  });
});

describe('the signing key', () => {
  beforeEach(emptyDir);
  const keys = (make: () => string) => ({ make, publicOf: (pem: string) => `public of ${pem}` });

  it('is made once, for this user alone, with its public half beside it', async () => {
    const first = await signingKeyFile(
      dir,
      systemClock,
      keys(() => 'key one'),
    );
    const second = await signingKeyFile(
      dir,
      systemClock,
      keys(() => 'key two'),
    );
    expect(first).toEqual({ ok: true, value: { privatePem: 'key one', publicPem: 'public of key one' } });
    expect(second).toEqual(first);
    expect(statSync(path.join(dir, 'gateway.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(dir, 'gateway.pub'), 'utf8')).toBe('public of key one');
  });

  it('is the same for all that start at once', async () => {
    let made = 0;
    const opened = await Promise.all(
      Array.from({ length: 5 }, () =>
        signingKeyFile(
          dir,
          systemClock,
          keys(() => {
            made += 1;
            return `key ${made}`;
          }),
        ),
      ),
    );
    expect(new Set(opened.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(made).toBe(1);
  });

  it('is not taken from a file that others can read', async () => {
    await signingKeyFile(
      dir,
      systemClock,
      keys(() => 'key'),
    );
    chmodSync(path.join(dir, 'gateway.key'), 0o640);
    expect(
      await signingKeyFile(
        dir,
        systemClock,
        keys(() => 'other'),
      ),
    ).toMatchObject({ ok: false });
    expect(readFileSync(path.join(dir, 'gateway.key'), 'utf8')).toBe('key');
  });

  it('that is none is said to be none, and left', async () => {
    writeFileSync(path.join(dir, 'gateway.key'), 'rubbish', { mode: 0o600 });
    const broken = {
      make: () => 'key',
      publicOf: (): string => {
        throw new Error('no PEM');
      },
    };
    expect(await signingKeyFile(dir, systemClock, broken)).toMatchObject({
      ok: false,
      error: /is no signing key \(no PEM\)/,
    });
    expect(readFileSync(path.join(dir, 'gateway.key'), 'utf8')).toBe('rubbish');
  });
});
