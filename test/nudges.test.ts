import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { readStand } from '../src/faces/cli/roles/gateway.ts';
import { type GatewayRole, openGateway } from '../src/faces/cli/roles/openGateway.ts';
import { PEOPLE, testKeyPem } from '../src/testing/people.ts';
import { A, type Approvals, openApprovals } from './stages/approvalStage.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** The gateway as a process has it, beside a request that waits; `nudges` counts the reasons to look that it gave. */
async function opened(): Promise<{ all: Approvals; role: GatewayRole; nudges: () => number }> {
  const all = await openApprovals();
  ends.push(() => all.stage.close());
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-nudges-'));
  ends.push(() => rmSync(data, { recursive: true, force: true }));
  const config = loadConfig({ data }, {});
  const stand = await readStand({ port: '0' });
  if (!config.ok || !stand.ok) throw new Error('no settings');
  const { journal } = all.gateway;
  const io = { out: () => undefined, err: () => undefined, signal: new AbortController().signal, interactive: false };
  const none = (): never => {
    throw new Error('no Secret here');
  };
  const session = { cluster: { context: 'test', namespace: 'shop', ownSecret: none } };
  const where = { session, config: config.value, stand: stand.value, dir: undefined, people: 'file' } as const;
  const wiring = { ...all.gateway, metrics: all.stage.port.metrics };
  const role = await openGateway(io, where, wiring, {
    observer: all.stage.observer,
    journal,
    trust: PEOPLE.trust,
    privatePem: testKeyPem(),
  });
  if (!role.ok) throw new Error(role.error);
  ends.push(() => role.value.close());
  let count = 0;
  role.value.onNudge(() => {
    count += 1;
  });
  await all.ask(A, 8);
  await role.value.look();
  await all.stage.world.advance(10);
  return { all, role: role.value, nudges: () => count };
}

describe('whoever acts on requests is told to look', () => {
  it('once when somebody answered, and not because people were asked', async () => {
    const { all, role, nudges } = await opened();
    expect(nudges()).toBe(0);
    await all.says(A, { vote: 'approve', choice: 'once' });
    for (let look = 0; look < 3; look += 1) {
      await role.look();
      await all.stage.world.advance(10);
    }
    expect(nudges()).toBe(1);
  });

  it('once when the time to decide is over, to the moment', async () => {
    const { all, role, nudges } = await opened();
    await all.stage.world.advance(Date.parse(all.spec(A).decideBy) - all.stage.clock.now());
    await role.look();
    expect(nudges()).toBe(0);
    await all.stage.world.advance(10);
    expect(nudges()).toBe(1);
  });
});
