import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { STACK_TRACE } from '../cli/cli.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { blueprint, decisions, deployment, eventually, Fairlead, load, replicas, workloadWrites } from './fairlead.ts';

const MINUTE = 60_000;
const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');

describeCluster('the command line on a real API server', () => {
  let cluster: Cluster;
  let fairlead: Fairlead;
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-cli-'));

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    const crds = execFileSync(process.execPath, [BIN, 'install', '--crds'], { encoding: 'utf8' });
    await cluster.kubectl(['apply', '-f', '-'], { input: crds });
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
    const homeless = await new Fairlead(cluster, data).run('run', '--data', data);
    expect(homeless.err).toMatch(/has no namespace agent-system[\s\S]*fix: kubectl create namespace agent-system/);
    await cluster.kubectl(['create', 'namespace', 'agent-system']);
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });
  beforeEach(() => {
    fairlead = new Fairlead(cluster, data);
  });
  afterEach(async () => {
    await fairlead.stop('SIGKILL');
    fairlead.remove();
    await cluster.kubectl(['delete', 'blueprints', '-A', '--all']);
    await cluster.kubectl(['delete', 'circuitbreakers', '-n', 'agent-system', '--all']);
  });

  const text = (ns: string, name = 'web'): string => blueprint(ns, name);
  async function service(ns: string, count = 2): Promise<void> {
    await cluster.kubectl(['create', 'namespace', ns]);
    await cluster.kubectl(['apply', '-f', '-'], { input: deployment(ns, 'web', count) });
    await cluster.kubectl(['rollout', 'status', 'deploy', '-n', ns, 'web', '--timeout=30s']);
    fairlead.writeBlueprint('web', text(ns));
  }
  const file = (): string => path.join(fairlead.blueprints, 'web', 'blueprint.yaml');
  const inCluster = async (ns: string): Promise<{ spec: { version: string; scaling: { min_replicas: number } } }> =>
    JSON.parse(await cluster.kubectl(['get', 'blueprint', '-n', ns, 'web', '-o', 'json']));
  const hot = (ns: string): void => cluster.setLoad({ services: { [`${ns}/web`]: load(0.95, 2) } });
  /** A wish on record that nobody has carried out: the controller alone makes it. */
  async function wish(ns: string): Promise<DecisionObject> {
    await fairlead.run('apply', '-f', file());
    hot(ns);
    fairlead.start('run', '--data', data, '--interval', '1s');
    const made = await eventually('a decision', MINUTE, fairlead, async () => (await decisions(cluster, ns))[0]);
    expect(await fairlead.stop()).toBe(0);
    return made;
  }
  const execute = (): void => fairlead.start('executor', '--data', data, '--interval', '1s');

  it('goes the way of the README: draft, validate, apply, status, doctor', async () => {
    await service('readme');
    const draft = await fairlead.run('init', 'readme/web');
    expect(draft.code).toBe(0);
    expect(parse(draft.out)).toMatchObject({
      spec: { autonomy: 'observe', target: { name: 'web', namespace: 'readme' } },
    });
    writeFileSync(file(), draft.out);
    expect(await fairlead.run('validate', fairlead.blueprints)).toMatchObject({ code: 0 });
    expect(await fairlead.run('apply', '-f', fairlead.blueprints)).toMatchObject({
      code: 0,
      out: 'blueprints/web applied in readme\n',
    });
    expect(await fairlead.run('apply', '-f', fairlead.blueprints)).toMatchObject({ code: 0 });
    const { out } = await fairlead.run('status', 'readme/web');
    expect(out).toMatch(/readme\/web +2\/2 +2\.\.4 .*observe +- /);
    const doctor = await fairlead.run('doctor', '--data', data);
    expect(doctor.code).toBe(0);
    expect(doctor.out).toMatch(/fine +blueprints +\d+, every Deployment labelled/);
    await cluster.kubectl(['create', 'deployment', 'stray', '-n', 'readme', '--image=registry.example/app:1']);
    await cluster.kubectl(['label', 'deploy', '-n', 'readme', 'stray', 'fairlead.dev/managed=true']);
    const warned = await fairlead.run('doctor', '--data', data);
    expect(warned.code).toBe(0);
    expect(warned.out).toMatch(
      /warn +labels +readme\/stray carries fairlead\.dev\/managed and no .*\n +fix: .*kubectl label deploy -n readme stray fairlead\.dev\/managed-\n/,
    );
    await cluster.kubectl(['delete', 'deploy', '-n', 'readme', 'stray']);

    await cluster.kubectl(['label', 'deploy', '-n', 'readme', 'web', 'fairlead.dev/managed-']);
    const unlabelled = await fairlead.run('doctor', '--data', data);
    expect(unlabelled.code).toBe(1);
    expect(unlabelled.out).toMatch(/fix: kubectl label deploy -n readme web fairlead\.dev\/managed=true/);
    // It is never set silently; who says so with a flag is not asked, and everything else of the Deployment stays.
    const json = await fairlead.run('apply', '-f', fairlead.blueprints, '-o', 'json');
    expect([json.code, JSON.parse(json.out)]).toMatchObject([0, [{ metadata: { name: 'web' } }]]);
    expect(json.err).toMatch(
      /fix: kubectl label deploy -n readme web fairlead\.dev\/managed=true, or fairlead apply --m/,
    );
    const read = async (): Promise<string> =>
      cluster.kubectl(['get', 'deploy', '-n', 'readme', 'web', '-o', LABEL_AND_SPEC]);
    const before = await read();
    expect(before).toMatch(/^ /);
    expect(await fairlead.run('apply', '-f', fairlead.blueprints, '--manage')).toMatchObject({
      code: 0,
      err: expect.stringMatching(
        /^deployments\/web labelled fairlead\.dev\/managed=true in readme\nnobody judges Blueprint readme\/web yet: no executor runs in agent-system; .*\n$/,
      ),
    });
    expect(await read()).toBe(`true${before}`);
    await cluster.kubectl(['delete', 'deploy', '-n', 'readme', 'web']);
    expect((await fairlead.run('doctor', '--data', data)).out).toMatch(
      /readme\/web governs Deployment web, which is not/,
    );
    expect((await fairlead.run('init', 'readme/web')).err).toMatch(/no Deployment web in readme; kubectl get deploy/);
  });

  it('applies nothing of a folder with one bad file', async () => {
    await service('apply');
    fairlead.writeBlueprint('bad', 'metadata: { name: bad }\n');
    const { code, out, err } = await fairlead.run('apply', '-f', fairlead.blueprints);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/metadata\.version[\s\S]*fix:[\s\S]*nothing was applied/);
    expect(await cluster.kubectl(['get', 'blueprints', '-n', 'apply', '-o', 'name'])).toBe('');
  });

  it('says of what it applies what the cluster makes of it, and fails where that is a refusal', async () => {
    await service('judged');
    execute();
    await eventually('an executor that holds its Lease', MINUTE, fairlead, async () =>
      (await cluster.kubectl(['get', 'lease', '-n', 'agent-system', '-o', LEASE_HOLDER])) === '' ? undefined : true,
    );
    const first = await fairlead.run('apply', '-f', file());
    expect(first).toEqual({
      code: 0,
      out: 'blueprints/web applied in judged\nblueprints/web: version 1.0.0 is in force\n',
      err: '',
    });
    const rival = text('judged', 'rival').replace('spec:', 'spec:\n  target: { name: web }');
    fairlead.writeBlueprint('web', rival);
    const second = await fairlead.run('apply', '-f', file(), '-o', 'json');
    expect(second.code).toBe(1);
    expect(second.err).toMatch(
      /^fairlead: the cluster refuses blueprints\/rival: .*older Blueprint web already governs/,
    );
    expect(JSON.parse(second.out)).toMatchObject([{ status: { conditions: [{ type: 'Accepted', status: 'False' }] } }]);
    expect(await fairlead.stop()).toBe(0);

    const rules = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'ClusterBlueprint', metadata: { name: 'default' } };
    const spec = { ceilings: { max_replicas: 4, cpu: '1' }, forbidden_operations: ['restart_pods'] };
    await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify({ ...rules, spec }) });
    fairlead.writeBlueprint('web', text('judged').replace('1.0.0', '1.1.0'));
    const above = await fairlead.run('apply', '-f', file());
    await cluster.kubectl(['delete', 'clusterblueprint', 'default']);
    expect(above).toMatchObject({ code: 1, out: '' });
    expect(above.err).toMatch(/blueprint\.yaml:\d+:\d+: spec\.scaling\.max_replicas: .*ClusterBlueprint default/);
    expect(above.err).toMatch(/allowed_operations\[1\]: .*restart_pods[\s\S]*fairlead: nothing was applied\n$/);
    expect((await inCluster('judged')).spec.version).toBe('1.0.0');
  });

  it('asks the gate with what-if and writes nothing', async () => {
    await service('what-if');
    await fairlead.run('apply', '-f', file());
    const before = cluster.auditWrites().length;
    const forbidden = await fairlead.run('what-if', 'delete_deployment', 'what-if/web');
    expect(forbidden.code).toBe(1);
    expect(forbidden.out).toMatch(/delete_deployment on what-if\/web: forbidden[\s\S]*instead:[\s\S]*scale_to_zero/);
    const beyond = await fairlead.run('what-if', 'scale', 'what-if/web', '--replicas', '9', '-o', 'json');
    expect(JSON.parse(beyond.out)).toMatchObject({ verdict: { operation: 'scale_beyond_limits' } });
    const nobody = await fairlead.run('what-if', 'scale', 'what-if/nobody', '--replicas', '3');
    expect(nobody.code).toBe(1);
    expect(nobody.err).toMatch(/no blueprint governs what-if\/nobody/);
    expect(cluster.auditWrites().length).toBe(before);
  });

  it.each([
    { verb: 'pause', scope: 'service' },
    { verb: 'pause', scope: 'namespace' },
    { verb: 'pause', scope: 'cluster' },
    { verb: 'stop', scope: 'service' },
  ])(
    'a $verb of the $scope between the wish and the write means no write, and resume lifts it',
    async ({ verb, scope }) => {
      const ns = `${verb}-${scope}`;
      await service(ns);
      await wish(ns);
      const what = scope === 'service' ? `${ns}/web` : scope === 'namespace' ? `${ns}/` : '--all';
      expect(await fairlead.run(verb, what, '--reason', 'incident 4711')).toMatchObject({ code: 0 });
      expect((await fairlead.run('status', `${ns}/web`)).out).toMatch(/(paused|stopped) by .*: incident 4711/);
      execute();
      await eventually('the executor to look at it', MINUTE, fairlead, async () => {
        const [decision] = await decisions(cluster, ns);
        return decision?.status?.verdict === undefined ? undefined : decision;
      });
      expect(await fairlead.stop()).toBe(0);
      expect(workloadWrites(cluster, ns)).toEqual([]);
      expect(await replicas(cluster, ns, 'web')).toBe(2);

      expect((await fairlead.run('resume', what)).out).toMatch(/: resumed\n$/);
      hot(ns);
      fairlead.up();
      await eventually('the write after resume', 2 * MINUTE, fairlead, async () =>
        workloadWrites(cluster, ns).length > 0 ? true : undefined,
      );
      expect(await fairlead.stop()).toBe(0);
    },
  );

  it('refuses to pause what nothing governs, and says what else holds a service after resume', async () => {
    await service('holds');
    await fairlead.run('apply', '-f', file());
    const misspelt = await fairlead.run('pause', 'holds/wbe', '--reason', 'x');
    expect(misspelt.code).toBe(1);
    expect(misspelt.err).toMatch(/no blueprint governs holds\/wbe; .*nothing was changed/);
    await fairlead.run('pause', '--all', '--reason', 'above');
    await fairlead.run('pause', 'holds/web', '--reason', 'own');
    expect((await fairlead.run('resume', 'holds/web')).out).toMatch(/resumed\n {2}still paused by .*: above .*--all/);
    expect((await fairlead.run('resume', 'holds/web')).out).toMatch(/was neither paused nor stopped/);
  });

  it('keeps the last accepted version under a bad edit, and obeys a good one within seconds', async () => {
    await service('edits');
    cluster.setLoad({ services: { 'edits/web': load(0.6, 2) } });
    fairlead.up();
    await eventually('the first version', MINUTE, fairlead, async () =>
      /blueprint\.yaml: Blueprint web 1\.0\.0 applied/.test(fairlead.output) ? true : undefined,
    );
    const next = text('edits').replace('1.0.0', '1.0.1').replace('min_replicas: 2', 'min_replicas: 3');
    writeFileSync(file(), next.replace('max_replicas: 5', 'max_replicas: 1'));
    await eventually('the refusal', MINUTE, fairlead, async () =>
      /min_replicas[\s\S]*fix:[\s\S]*refused; the versions last accepted stay in force/.test(fairlead.output)
        ? true
        : undefined,
    );
    expect((await inCluster('edits')).spec).toMatchObject({ version: '1.0.0', scaling: { min_replicas: 2 } });
    expect(await replicas(cluster, 'edits', 'web')).toBe(2);

    writeFileSync(file(), next);
    await eventually('three replicas', 15_000, fairlead, async () =>
      (await replicas(cluster, 'edits', 'web')) === 3 ? true : undefined,
    );
    const [made] = await decisions(cluster, 'edits');
    expect(made?.spec.blueprint).toMatchObject({ name: 'web', version: '1.0.1' });
    expect(await fairlead.stop()).toBe(0);

    const name = `edits/${made?.metadata.name}`;
    expect((await fairlead.run('decisions', 'edits/web')).out).toMatch(
      new RegExp(`${name} +scale 2 to 3 +rules planner`),
    );
    expect((await fairlead.run('why', name)).out).toMatch(
      /scale 2 to 3 on edits\/web[\s\S]*Judged again by the executor/,
    );
    expect((await fairlead.run('decisions', 'edits/web', '--phase', 'refused')).out).toBe('no decisions\n');
  });

  it('gives 400 decisions whole into a pipe that is read slowly', async () => {
    await service('pipe');
    const { apiVersion, kind, metadata, spec } = await wish('pipe');
    const items = Array.from({ length: 400 }, (_, n) => ({
      apiVersion,
      kind,
      metadata: { namespace: 'pipe', name: `web-${String(n).padStart(10, '0')}`, labels: metadata.labels },
      spec,
    }));
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await cluster.kubectl(['create', '-f', '-'], { input: list });
    const [inFile, inPipe] = [path.join(fairlead.blueprints, 'a'), path.join(fairlead.blueprints, 'b')];
    const call = `"${process.execPath}" "${BIN}" decisions pipe/ -o json --kubeconfig "${cluster.kubeconfig}"`;
    const reader = `"${process.execPath}" -e "process.stdin.pipe(process.stdout)"`;
    execFileSync('sh', ['-c', `${call} > "${inFile}" && ${call} | ${reader} > "${inPipe}"`]);
    const bytes = readFileSync(inFile);
    expect(bytes.length).toBeGreaterThan(4 * 65_536);
    expect(readFileSync(inPipe).equals(bytes)).toBe(true);
    expect(JSON.parse(bytes.toString())).toHaveLength(401);
  });

  it('says that another process writes the journals, and that the cluster is not there', async () => {
    await service('twice');
    fairlead.up();
    await eventually('the first to run', MINUTE, fairlead, async () =>
      /applied/.test(fairlead.output) ? true : undefined,
    );
    const second = await fairlead.run('up', fairlead.blueprints, '--data', data);
    expect(second.code).toBe(1);
    expect(second.err).toMatch(/process \d+ writes it[\s\S]*fix: --data names another folder/);
    const dead = path.join(fairlead.blueprints, 'dead');
    writeFileSync(dead, readFileSync(cluster.kubeconfig, 'utf8').replace(/server: .*/, 'server: https://127.0.0.1:1'));
    const away = await fairlead.run('status', '--kubeconfig', dead);
    expect(away.code).toBe(1);
    expect(away.err).toMatch(/https:\/\/127\.0\.0\.1:1 .*cannot be reached[\s\S]*fix:/);
    expect(second.err + away.err).not.toMatch(STACK_TRACE);
  });
});

const LEASE_HOLDER = 'jsonpath={.items[?(@.metadata.name=="fairlead-executor")].spec.holderIdentity}';
const LABEL_AND_SPEC = 'jsonpath={.metadata.labels.fairlead\\.dev/managed} {.metadata.generation} {.spec}';
