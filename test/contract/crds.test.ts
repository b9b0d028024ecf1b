import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FULL } from '../../src/schema/blueprint/fixtures.ts';
import { loadBlueprint } from '../../src/schema/blueprint/load.ts';
import { toObject } from '../../src/schema/blueprint/toObject.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from './installCrds.ts';

const API_VERSION = 'fairlead.dev/v1alpha1';

describeCluster('the CRDs on a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ noKubelet: true });
    await installCrds(cluster);
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  /** What the API server says of an object: the empty text when it takes it. */
  async function answer(object: object, verb = 'create'): Promise<string> {
    try {
      await cluster.kubectl([verb, '-f', '-'], { input: JSON.stringify(object) });
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async function status(resource: string, patch: object): Promise<void> {
    await cluster.kubectl([
      'patch',
      ...resource.split(' '),
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify(patch),
    ]);
  }

  describe('of blueprints', () => {
    const blueprint = (from: string, to: string, name: string): object => {
      const loaded = loadBlueprint(FULL, 'full.yaml');
      if (!loaded.ok) throw new Error('the full document does not load');
      const text = JSON.stringify({ ...toObject(loaded.value), metadata: { name, namespace: 'default' } });
      expect(text).toContain(from);
      return JSON.parse(text.replace(from, () => to));
    };

    it('take the document of the contract, and keep its spec as written', async () => {
      const object = blueprint('', '', 'full');
      expect(await answer(object)).toBe('');
      const stored: unknown = JSON.parse(await cluster.kubectl(['get', 'bp', 'full', '-o', 'json']));
      expect(stored).toMatchObject({ spec: { version: '1.0.0' } });
      expect(stored).toHaveProperty('spec', 'spec' in object ? object.spec : undefined);
    });

    // The same mistakes as in the unit tests of the loader, in the API server's mouth.
    it.each([
      [
        '"min_replicas":2',
        '"min_replicas":12',
        'spec.scaling.min_replicas: Invalid value: found 12, expected at most max_replicas, which is 10',
      ],
      ['"max_replicas":10', '"max_replicas":10001', 'less than or equal to 10000'],
      [
        '"scale_up_threshold":"80%"',
        '"scale_up_threshold":"69%"',
        'spec.scaling.scale_up_threshold: Invalid value: scale_up_threshold is expected at least target_cpu_utilization',
      ],
      [
        '"scale_down_threshold":"40%"',
        '"scale_down_threshold":"70%"',
        'spec.scaling.scale_down_threshold: Invalid value: scale_down_threshold is expected below target_cpu_utilization',
      ],
      [
        '"max":"1000m"',
        '"max":"50m"',
        'spec.resources.cpu.min: Invalid value: found 100m, expected at most max, which is 50m',
      ],
      [
        '"target":"512Mi"',
        '"target":"4Gi"',
        'spec.resources.memory.target: Invalid value: found 4Gi, expected a value from min to max, which are 128Mi and 2Gi',
      ],
      [
        '"forbidden_operations":[',
        '"forbidden_operations":["restart_pods",',
        'an operation stands in allowed_operations and in forbidden_operations',
      ],
      [
        '"allowed_operations":[',
        '"allowed_operations":["change_rbac",',
        'can only be forbidden: remove them from allowed_operations',
      ],
      [
        '"operation":"scale_beyond_limits"',
        '"operation":"delete_deployment"',
        'can only be forbidden: remove them from requires_approval',
      ],
      ['"restart_pods"]', '"fly"]', 'Unsupported value: "fly"'],
      ['"70%"', '"70"', 'found 70, expected a percentage such as 70%'],
      ['"200ms"', '"200"', 'found 200, expected a duration such as 200ms'],
      ['"2Gi"', '"2GB"', 'found 2GB, expected a memory quantity such as 2Gi'],
      ['"1.0.0"', '"v1"', 'found v1, expected a semantic version such as 1.0.0'],
      [
        '"< 200ms"',
        '"< 200%"',
        'spec.verification.checks[0].target: Invalid value: expected a comparison with a duration',
      ],
      ['"< 1%"', '"1%"', 'spec.verification.checks[1].target: Invalid value: expected a comparison with a percentage'],
      [
        '"name":"error_rate"',
        '"name":"errors"',
        'the name is no signal: use one of latency_p95, error_rate, cpu_utilization',
      ],
      ['"name":"error_rate"', '"name":"latency_p95"', 'Duplicate value'],
      ['"max_replicas"', '"max_replica"', 'max_replica'],
      ['"approvers":["devops-team"]', '"approvers":[]', 'at least 1 items'],
    ])('refuse %s written as %s', async (from, to, words) => {
      expect(await answer(blueprint(from, to, 'bad'))).toContain(words);
    });

    it('refuse a name too long for the records named after it', async () => {
      expect(await answer(blueprint('', '', 'a'.repeat(64)))).toContain('at most 63 characters');
    });

    it('print a table that answers what is in force, in 80 columns', async () => {
      await status('bp full', {
        status: {
          autonomy: 'autonomous',
          conditions: [
            {
              type: 'Accepted',
              status: 'True',
              reason: 'Accepted',
              message: 'in force',
              lastTransitionTime: '2026-01-05T00:00:00Z',
            },
          ],
        },
      });
      const [head, row] = (await cluster.kubectl(['get', 'blueprints'])).split('\n');
      expect(head?.split(/\s+/)).toEqual(['NAME', 'VERSION', 'AUTONOMY', 'MIN', 'MAX', 'ACCEPTED', 'AGE']);
      expect(row?.split(/\s+/).slice(0, 6)).toEqual(['full', '1.0.0', 'autonomous', '2', '10', 'True']);
      expect(row?.length).toBeLessThanOrEqual(80);
    });

    it('let only one set of global rules be made', async () => {
      const rules = (name: string) => ({
        apiVersion: API_VERSION,
        kind: 'ClusterBlueprint',
        metadata: { name },
        spec: { ceilings: { max_replicas: 5 } },
      });
      expect(await answer(rules('other'))).toContain('only the ClusterBlueprint named default counts');
      expect(await answer(rules('default'))).toBe('');
    });
  });

  describe('of records', () => {
    const target = { kind: 'Deployment', namespace: 'default', name: 'web' };
    const verdict = { operation: 'scale_within_limits', authority: 'allowed', approvers: [], findings: [], at: 1 };
    const origin = {
      role: 'rules',
      prompt: '',
      model: 'rules planner',
      steps: 0,
      promptTokens: 0,
      completionTokens: 0,
      seconds: 0,
      read: [],
      run: 'r',
    };
    const decision = {
      apiVersion: API_VERSION,
      kind: 'Decision',
      metadata: { name: 'web-abcdefghij', namespace: 'default' },
      spec: {
        blueprint: { name: 'web', version: '1.0.0', hash: 'h' },
        target,
        tool: 'scale',
        operation: 'scale_within_limits',
        arguments: { replicas: 3 },
        requester: { kind: 'agent', name: 'rules' },
        rationale: 'busy',
        evidence: [],
        origin,
        verdict,
      },
    };
    const vote = (id: string, by: string) => ({
      id,
      by,
      groups: ['devops-team'],
      vote: 'approve',
      at: '2026-01-05T00:00:00Z',
      digest: 'd',
      key: 'k',
      signature: 's',
    });
    const request = (votes?: readonly object[]) => ({
      apiVersion: API_VERSION,
      kind: 'ApprovalRequest',
      metadata: { name: 'web-abcdefghij', namespace: 'default' },
      spec: {
        decision: 'web-abcdefghij',
        decisionUid: 'uid-d',
        blueprint: { name: 'web', version: '1.0.0', hash: 'h' },
        target,
        operation: 'scale_beyond_limits',
        arguments: { replicas: 6 },
        before: '5',
        after: '6',
        why: 'busy',
        requester: { kind: 'agent', name: 'rules' },
        approvers: ['devops-team'],
        quorum: 1,
        decideBy: '2026-01-05T00:30:00Z',
      },
      ...(votes === undefined ? {} : { votes }),
    });

    it('never let the spec of a Decision change, and print where it stands in 80 columns', async () => {
      expect(await answer(decision)).toBe('');
      const changed = { ...decision, spec: { ...decision.spec, arguments: { replicas: 30 } } };
      expect(await answer(changed, 'apply')).toContain('the spec of a Decision never changes');
      await status('dec web-abcdefghij', {
        status: { phase: 'Succeeded', reason: 'Verified', message: 'done', changes: [], history: [] },
      });
      const [head, row] = (await cluster.kubectl(['get', 'decisions'])).split('\n');
      expect(head?.split(/\s+/)).toEqual(['NAME', 'SERVICE', 'TOOL', 'TO', 'PHASE', 'REASON', 'AGE']);
      expect(row?.split(/\s+/).slice(0, 6)).toEqual(['web-abcdefghij', 'web', 'scale', '3', 'Succeeded', 'Verified']);
      expect(row?.length).toBeLessThanOrEqual(80);
    });

    it('let votes only be added', async () => {
      expect(await answer(request())).toBe('');
      expect(await answer(request([vote('v1', 'ann')]), 'apply')).toBe('');
      expect(await answer(request([vote('v1', 'ann'), vote('v2', 'bob')]), 'apply')).toBe('');
      const forged = request([vote('v1', 'eve'), vote('v2', 'bob')]);
      expect(await answer(forged, 'replace')).toContain('a vote is never changed');
      expect(await answer(request([vote('v2', 'bob')]), 'replace')).toContain('votes are only added');
      expect(await answer(request([]), 'replace')).toContain('votes are only added');
      expect(await answer(request(), 'replace')).toContain('votes are only added');
      expect(
        await answer(
          { ...request(), spec: { ...request().spec, quorum: 2 }, votes: [vote('v1', 'ann'), vote('v2', 'bob')] },
          'replace',
        ),
      ).toContain('the spec of an ApprovalRequest never changes');
    });

    it('keep holds on namespaces to the fleet, and print what is held', async () => {
      const breaker = (name: string, hold: object) => ({
        apiVersion: API_VERSION,
        kind: 'CircuitBreaker',
        metadata: { name, namespace: 'default' },
        spec: {
          holds: [{ kind: 'pause', what: 'all', by: 'ann', reason: 'migration', at: '2026-01-05T00:00:00Z', ...hold }],
        },
      });
      expect(await answer(breaker('web', { namespace: 'shop' }))).toContain('in the CircuitBreaker fleet only');
      expect(await answer(breaker('fleet', { namespace: 'shop' }))).toBe('');
      expect(await answer(breaker('web', {}))).toBe('');
      await status('cb web', {
        status: {
          breaker: { state: 'open', failures: 3, opens: 1 },
          optionalBreaker: { state: 'closed', failures: 0, opens: 0 },
          operations: [],
          reverts: 0,
        },
      });
      const row = (await cluster.kubectl(['get', 'circuitbreakers', 'web', '--no-headers'])).trim();
      expect(row.split(/\s+/).slice(0, 4)).toEqual(['web', 'open', '3', 'pause']);
    });

    it('let a person end the freeze that stands, and none in advance', async () => {
      const resumed = (change: string) => ({
        apiVersion: API_VERSION,
        kind: 'CircuitBreaker',
        metadata: { name: 'thaw', namespace: 'default' },
        spec: { holds: [], resumed: { change, by: 'ann', at: '2026-01-05T00:00:00Z' } },
      });
      const counters = {
        breaker: { state: 'open', failures: 1, opens: 1 },
        optionalBreaker: { state: 'closed', failures: 0, opens: 0 },
        operations: [],
        reverts: 0,
      };
      const frozen = { at: 1, decision: 'web-1', change: 'web-1.1.undo' };
      const plain = { ...resumed(''), spec: { holds: [] } };
      expect(await answer(plain)).toBe('');
      expect(await answer(resumed('web-1.1.undo'), 'apply')).toContain('nothing is resumed in advance');
      await status('cb thaw', { status: { ...counters, frozen } });
      const row = (await cluster.kubectl(['get', 'circuitbreakers', 'thaw', '--no-headers'])).trim();
      expect(row.split(/\s+/).slice(0, 4)).toEqual(['thaw', 'open', '1', 'web-1']);
      expect(await answer(resumed('web-2.1.undo'), 'apply')).toContain('nothing is resumed in advance');
      expect(await answer(resumed('web-1.1.undo'), 'apply')).toBe('');
      // The executor's half: the freeze goes while the stamp stays.
      await status('cb thaw', { status: { ...counters, frozen: null } });
      expect(
        await answer({ ...resumed('web-1.1.undo'), metadata: { ...plain.metadata, labels: { a: 'b' } } }, 'apply'),
      ).toBe('');
      expect(await answer(resumed('web-3.1.undo'), 'apply')).toContain('nothing is resumed in advance');
    });
  });
});
