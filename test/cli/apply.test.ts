import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { serveWorld, type WorldServer } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { cli, type Ran } from './cli.ts';

const blueprint = (name: string, most: number): string => `metadata: { name: ${name}, namespace: shop, version: 1.0.0 }
spec:
  scaling: { min_replicas: 2, max_replicas: ${most}, target_cpu_utilization: 70%, scale_up_threshold: 80%, scale_down_threshold: 40% }
governance: { agent_authority: { allowed_operations: [scale_within_limits] } }
`;
const rules = (most: number): string => `kind: ClusterBlueprint
metadata: { name: default }
spec: { ceilings: { max_replicas: ${most} } }
`;

let dir: string;
let server: WorldServer;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-apply-'));
  const world = new World({ clock: systemClock, seed: 1 });
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec: {} });
  server = await serveWorld(world);
  writeFileSync(path.join(dir, 'kubeconfig'), server.kubeconfig('shop'), { mode: 0o600 });
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

function apply(...texts: string[]): Promise<Ran> {
  const files = texts.map((text, index) => {
    const file = path.join(dir, `${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });
  return cli('apply', '-f', ...files, '--kubeconfig', path.join(dir, 'kubeconfig'));
}

describe("the organisation's rules, applied where Blueprints stand", () => {
  it('name each that they refuse, why, and what stays in force, and exit with 1', async () => {
    expect(await apply(blueprint('web', 8), blueprint('api', 4))).toMatchObject({ code: 0 });
    const { code, out, err } = await apply(rules(5));
    expect([code, out]).toEqual([1, 'clusterblueprints/default applied\n']);
    expect(err).toMatch(
      /^fairlead: these rules refuse blueprints\/web in shop: .*max_replicas.*; to mend it: .*\n {2}what was accepted of them last stays in force, as far as these rules allow it\n$/,
    );
    expect((await apply(rules(5))).code).toBe(1);
  });

  it('exit with 0 where all keep to them, as those do that come along', async () => {
    expect(await apply(blueprint('web', 8))).toMatchObject({ code: 0 });
    expect(await apply(rules(5), blueprint('web', 5))).toMatchObject({
      code: 0,
      err: expect.not.stringContaining('refuse'),
    });
    expect(await apply(rules(50))).toEqual({ code: 0, out: 'clusterblueprints/default applied\n', err: '' });
  });
});
