import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { accountName, accountObjects } from '../../src/install/accounts.ts';
import { admissionObjects } from '../../src/install/admission.ts';
import { ACCOUNTS, type Account } from '../../src/install/rights.ts';
import { ALLOWANCE_ANNOTATION, RAISED_BY_ANNOTATION } from '../../src/schema/allowance.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import type { ApprovalRequestSpec } from '../../src/schema/records.ts';
import type { Vote } from '../../src/schema/vote.ts';
import { DECISION_SPEC, DECISION_STATUS } from '../../src/testing/contractObjects.ts';
import { type Answer, kubectlAs } from '../cluster/as.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';

const OWN = 'agent-system';
/** An admin, or the holder of an account's token. */
type Who = Account | 'admin';
const documents = (objects: readonly object[]): string => objects.map((object) => stringify(object)).join('---\n');
const object = (kind: keyof typeof KINDS, name: string, more: object = {}, metadata: object = {}): object => ({
  apiVersion: KINDS[kind].apiVersion,
  kind,
  metadata: { name, ...(KINDS[kind].namespaced && { namespace: 'shop' }), ...metadata },
  ...more,
});

const BLUEPRINT = {
  version: '1.0.0',
  scaling: { min_replicas: 2, max_replicas: 5 },
  resources: { cpu: { min: '100m', max: '1', target: '500m' } },
  governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
};
const REQUEST: ApprovalRequestSpec = {
  decision: 'web-1',
  decisionUid: 'uid',
  blueprint: DECISION_SPEC.blueprint,
  target: DECISION_SPEC.target,
  operation: 'scale_beyond_limits',
  arguments: { replicas: 8 },
  before: '3 replicas',
  after: '8 replicas',
  why: 'because',
  requester: { kind: 'agent', name: 'x' },
  approvers: ['devops-team'],
  quorum: 1,
  decideBy: '2026-01-05T00:30:00Z',
};
const VOTE: Vote = {
  id: 'omar-1',
  by: 'omar',
  groups: ['devops-team'],
  vote: 'approve',
  choice: 'once',
  at: '2026-01-05T00:00:00Z',
  digest: 'd'.repeat(64),
  key: 'k'.repeat(16),
  signature: 's',
};
const HELD = { holds: [{ kind: 'pause', what: 'all', by: 'ann', reason: 'a test', at: '2026-01-05T00:00:00Z' }] };
const STATUSES = ['Decision', 'ApprovalRequest', 'CircuitBreaker', 'Blueprint', 'ClusterBlueprint'] as const;

const GATEWAYS = 'written by the gateway';
const PEOPLES = 'neither the controller nor the executor writes';
const RAISES = 'the gateway raises max_replicas, in a new version, and changes nothing else';
const METADATA = `the gateway writes ${ALLOWANCE_ANNOTATION} and ${RAISED_BY_ANNOTATION} alone`;
const HOLDS = 'pause, stop and resume are people’s';
const PLACE = 'takes the place of the other';
const VERSIONS = 'and no version of a workload';

/** How a record that stands there is written anew: through kubectl replace, which needs the right to update alone. */
type Edit = (draft: KubeObject) => void;
const spec = (change: object): Edit => {
  return (draft) => {
    draft.spec = { ...(draft.spec as object), ...change };
  };
};
const noted = (key: string, value: string): Edit => {
  return ({ metadata }) => {
    metadata.annotations = { ...metadata.annotations, [key]: value };
  };
};

const votes = (all: readonly Vote[]): Edit => {
  return (draft) => {
    draft['votes'] = all;
  };
};
const labelled: Edit = ({ metadata }) => {
  metadata.labels = { x: 'y' };
};
const bare: Edit = ({ metadata }) => {
  delete metadata.annotations;
};

/** Who writes what, on which record, and what the API server says. */
const EDITS: readonly [Who, string, keyof typeof KINDS, string, Edit, string][] = [
  ['admin', 'a vote', 'ApprovalRequest', 'asked', votes([VOTE]), GATEWAYS],
  ['gateway', 'a vote', 'ApprovalRequest', 'asked', votes([VOTE]), 'done'],
  ['executor', 'a vote', 'ApprovalRequest', 'asked', votes([]), 'forbidden'],
  ['admin', 'an allowance', 'Blueprint', 'web', noted(ALLOWANCE_ANNOTATION, 'x/0..99'), GATEWAYS],
  ['gateway', 'an allowance', 'Blueprint', 'web', noted(ALLOWANCE_ANNOTATION, 'x/0..99'), 'done'],
  ['admin', 'another word in it', 'Blueprint', 'web', noted(ALLOWANCE_ANNOTATION, 'x/0..9'), GATEWAYS],
  ['admin', 'it away', 'Blueprint', 'web', bare, GATEWAYS],
  ['admin', 'another annotation', 'Blueprint', 'web', noted('ours', 'x'), 'done'],
  [
    'gateway',
    'a raise',
    'Blueprint',
    'web',
    (draft) => {
      spec({ version: '1.1.0', scaling: { min_replicas: 2, max_replicas: 8 } })(draft);
      noted(RAISED_BY_ANNOTATION, 'omar-1')(draft);
    },
    'done',
  ],
  [
    'gateway',
    'a raise in that version',
    'Blueprint',
    'web',
    spec({ scaling: { min_replicas: 2, max_replicas: 9 } }),
    RAISES,
  ],
  ['gateway', 'a new version of the same', 'Blueprint', 'web', spec({ version: '1.2.0' }), RAISES],
  [
    'gateway',
    'a lower maximum',
    'Blueprint',
    'web',
    spec({ version: '1.2.0', scaling: { min_replicas: 2, max_replicas: 4 } }),
    RAISES,
  ],
  [
    'gateway',
    'another minimum',
    'Blueprint',
    'web',
    spec({ version: '1.2.0', scaling: { min_replicas: 1, max_replicas: 9 } }),
    RAISES,
  ],
  [
    'gateway',
    'a grant',
    'Blueprint',
    'web',
    spec({ governance: { agent_authority: { allowed_operations: ['scale_within_limits', 'rollback'] } } }),
    RAISES,
  ],
  ['gateway', 'other bounds', 'Blueprint', 'web', spec({ resources: undefined }), RAISES],
  ['gateway', 'another target', 'Blueprint', 'web', spec({ target: { name: 'other' } }), RAISES],
  ['gateway', 'another annotation', 'Blueprint', 'web', noted('ours', 'y'), METADATA],
  ['gateway', 'a label', 'Blueprint', 'web', labelled, METADATA],
  ['gateway', 'the ceilings', 'ClusterBlueprint', 'default', spec({ ceilings: { max_replicas: 99 } }), 'forbidden'],
  ['gateway', 'a hold', 'CircuitBreaker', 'web', spec(HELD), 'done'],
  ['executor', 'that hold away', 'CircuitBreaker', 'web', spec({ holds: [] }), 'forbidden'],
];

/** The same with every right there is: what an admin granted too much stays inside the policies. */
const BEYOND_RBAC: readonly [Who, string, keyof typeof KINDS, string, Edit, string][] = [
  ...(['controller', 'executor'] as const).flatMap((who): [Who, string, keyof typeof KINDS, string, Edit, string][] => [
    [who, 'the maximum', 'Blueprint', 'web', spec({ scaling: { min_replicas: 2, max_replicas: 99 } }), PEOPLES],
    [who, 'a label', 'Blueprint', 'web', labelled, PEOPLES],
    [who, 'the ceilings', 'ClusterBlueprint', 'default', spec({ ceilings: { max_replicas: 99 } }), PEOPLES],
    [who, 'a hold away', 'CircuitBreaker', 'web', spec({ holds: [] }), HOLDS],
    [who, 'a vote', 'ApprovalRequest', 'asked', votes([VOTE, { ...VOTE, id: 'x' }]), GATEWAYS],
  ]),
  ['controller', 'the lease of the executor', 'Lease', 'fairlead-executor', spec({ holderIdentity: 'me' }), PLACE],
  ['executor', 'the lease of the controller', 'Lease', 'fairlead-controller', spec({ holderIdentity: 'me' }), PLACE],
  ['gateway', 'the ceilings', 'ClusterBlueprint', 'default', spec({ ceilings: { max_replicas: 99 } }), RAISES],
];

describeCluster('who writes which record, with a token and kubectl', () => {
  let cluster: Cluster;
  const as = {} as Record<Who, (args: readonly string[], input?: string) => Promise<Answer>>;

  beforeAll(async () => {
    cluster = await startCluster({ noKubelet: true });
    await installCrds(cluster);
    for (const name of ['shop', OWN]) await cluster.kubectl(['create', 'namespace', name]);
    // Created, since kubectl apply keeps what it applied in an annotation, which is nobody's of ours.
    await cluster.kubectl(['create', '-f', '-'], {
      input: documents([
        ...accountObjects(OWN),
        object('Blueprint', 'web', { spec: BLUEPRINT }),
        object('ClusterBlueprint', 'default', { spec: { ceilings: { max_replicas: 20 } } }),
        object('Decision', 'asked', { spec: DECISION_SPEC }),
        object('ApprovalRequest', 'asked', { spec: REQUEST }),
        object('CircuitBreaker', 'web', { spec: { holds: [] } }),
      ]),
    });
    await cluster.kubectl(['create', '-f', '-'], { input: documents(admissionObjects(OWN)) });
    for (const account of ACCOUNTS) as[account] = await kubectlAs(cluster, OWN, accountName(account));
    as.admin = async (args, input) =>
      cluster.kubectl(args, input === undefined ? {} : { input }).then(
        (text) => ({ code: 0, text }),
        (error: unknown) => ({ code: 1, text: String(error) }),
      );
    // The last of them is in force: policies are a moment after they were written, and not all at once.
    await vi.waitFor(
      async () => {
        for (const [who, , kind, name, edit, said] of EDITS.filter(
          ([, what, , , , answer]) => answer !== 'done' && what !== 'it away',
        )) {
          expect((await write(who, kind, name, edit, '--dry-run=server')).text).toContain(said);
        }
      },
      { timeout: 90_000, interval: 500 },
    );
  }, 240_000);
  afterAll(() => cluster.stop());

  async function write(
    who: Who,
    kind: keyof typeof KINDS,
    name: string,
    edit: Edit,
    ...flags: string[]
  ): Promise<Answer> {
    const namespace = kind === 'Lease' ? OWN : 'shop';
    const where = KINDS[kind].namespaced ? ['-n', namespace] : [];
    const draft = JSON.parse(
      await cluster.kubectl(['get', KINDS[kind].plural, name, ...where, '-o', 'json']),
    ) as KubeObject;
    edit(draft);
    return as[who](['replace', '-f', '-', ...flags], JSON.stringify(draft));
  }
  const expected = (answer: Answer, said: string): void => {
    if (said === 'done') expect(answer).toMatchObject({ code: 0 });
    else expect(answer).toMatchObject({ code: 1, text: expect.stringContaining(said) });
  };

  it.each(EDITS.map(([who, what, kind, name, edit, said]) => ({ who, what, kind, name, edit, said })))(
    '$who writes $what on a $kind: $said',
    async ({ who, kind, name, edit, said }) => expected(await write(who, kind, name, edit), said),
  );

  it('makes no record that says more than its account may', async () => {
    const allowed = { annotations: { [ALLOWANCE_ANNOTATION]: 'x/0..99' } };
    const asked = (name: string, more: object = {}): object =>
      object('ApprovalRequest', name, { spec: REQUEST, ...more });
    const rows: readonly [Who, object, string][] = [
      ['admin', object('Blueprint', 'born', { spec: BLUEPRINT }, allowed), GATEWAYS],
      ['executor', asked('by-executor', { votes: [VOTE] }), GATEWAYS],
      ['admin', asked('by-admin', { votes: [VOTE] }), GATEWAYS],
      ['executor', asked('by-executor'), 'done'],
      ['controller', asked('by-controller'), 'forbidden'],
      ['executor', object('CircuitBreaker', 'fresh', { spec: HELD }), HOLDS],
      ['executor', object('CircuitBreaker', 'fresh', { spec: { holds: [] } }), 'done'],
      ['controller', object('CircuitBreaker', 'other', { spec: { holds: [] } }), 'forbidden'],
      ['controller', object('Lease', 'fairlead-executor', {}, { namespace: OWN }), PLACE],
      ['executor', object('Lease', 'fairlead-controller', {}, { namespace: OWN }), PLACE],
      ['controller', object('Lease', 'fairlead-controller', {}, { namespace: OWN }), 'done'],
      ['executor', object('Lease', 'fairlead-executor', {}, { namespace: OWN }), 'done'],
      ['gateway', object('Lease', 'fairlead-gateway', {}, { namespace: OWN }), 'forbidden'],
    ];
    for (const [who, wanted, said] of rows) expected(await as[who](['create', '-f', '-'], stringify(wanted)), said);
  });

  it('lets the executor keep versions of blueprints, and touch none of a workload', async () => {
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace: 'shop' },
      spec: {
        serviceName: 'db',
        replicas: 0,
        selector: { matchLabels: { app: 'db' } },
        template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
      },
    };
    await cluster.kubectl(['create', '-f', '-'], { input: stringify(set) });
    // One that is not there would be cleared away by the garbage collector.
    const owned = async (kind: string, apiVersion: string, name: string): Promise<object> => {
      const uid = await cluster.kubectl([
        'get',
        kind.toLowerCase(),
        name,
        '-n',
        'shop',
        '-o',
        'jsonpath={.metadata.uid}',
      ]);
      return { ownerReferences: [{ apiVersion, kind, name, uid }] };
    };
    const ofSet = await owned('StatefulSet', 'apps/v1', 'db');
    const ofBlueprint = await owned('Blueprint', KINDS.Blueprint.apiVersion, 'web');
    const version = (name: string, metadata: object): string =>
      stringify(object('ControllerRevision', name, { revision: 7, data: { spec: {} } }, metadata));
    await cluster.kubectl(['create', '-f', '-'], { input: version('of-the-set', ofSet) });
    const { executor } = as;
    const make = (name: string, metadata: object): Promise<Answer> =>
      executor(['create', '-f', '-'], version(name, metadata));
    const remove = (name: string): Promise<Answer> =>
      executor(['delete', 'controllerrevision', name, '-n', 'shop', '--wait=false']);
    const take: Edit = ({ metadata }) => Object.assign(metadata, ofBlueprint);
    expected(await make('kept', ofBlueprint), 'done');
    expected(await make('forged', ofSet), VERSIONS);
    expected(await make('of-nobody', {}), VERSIONS);
    expected(await write('executor', 'ControllerRevision', 'of-the-set', take), VERSIONS);
    expected(await remove('of-the-set'), VERSIONS);
    expected(await remove('kept'), 'done');
  });

  it('has every status written by the executor', async () => {
    for (const kind of STATUSES) {
      const name = { ClusterBlueprint: 'default', Blueprint: 'web', CircuitBreaker: 'web' }[kind as string] ?? 'asked';
      const where = KINDS[kind].namespaced ? ['-n', 'shop'] : [];
      const args = ['patch', KINDS[kind].plural, name, ...where, '--subresource=status', '--type=merge'];
      const change = ['--patch={"metadata":{"labels":{"x":"y"}}}'];
      expected(await as.admin([...args, ...change]), 'written by the executor');
      for (const who of ['controller', 'gateway'] as const) expected(await as[who]([...args, ...change]), 'forbidden');
    }
    const draft = JSON.parse(await cluster.kubectl(['get', 'decision', 'asked', '-n', 'shop', '-o', 'json'])) as object;
    const ended = JSON.stringify({ ...draft, status: DECISION_STATUS });
    expected(await as.executor(['replace', '-f', '-', '--subresource=status'], ended), 'done');
  });

  it('keeps to it where somebody granted every right there is', async () => {
    const bindings = ACCOUNTS.map((account) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `too-much-${account}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: accountName(account), namespace: OWN }],
    }));
    await cluster.kubectl(['create', '-f', '-'], { input: documents(bindings) });
    for (const [who, , kind, name, edit, said] of BEYOND_RBAC) expected(await write(who, kind, name, edit), said);
    for (const who of ['controller', 'executor'] as const) {
      expected(await as[who](['delete', 'blueprint', 'web', '-n', 'shop']), PEOPLES);
      expected(
        await as[who](['create', '-f', '-'], stringify(object('Blueprint', 'mine', { spec: BLUEPRINT }))),
        PEOPLES,
      );
      expected(await as[who](['delete', 'circuitbreaker', 'web', '-n', 'shop']), HOLDS);
    }
    expected(await as.gateway(['delete', 'blueprint', 'web', '-n', 'shop']), RAISES);
    expected(
      await as.gateway(['create', '-f', '-'], stringify(object('Blueprint', 'mine', { spec: BLUEPRINT }))),
      RAISES,
    );
    const status = ['patch', 'decision', 'asked', '-n', 'shop', '--subresource=status', '--type=merge'];
    for (const who of ['controller', 'gateway'] as const) {
      expected(await as[who]([...status, '--patch={"status":{"phase":"Succeeded"}}']), 'written by the executor');
    }
  });
});
