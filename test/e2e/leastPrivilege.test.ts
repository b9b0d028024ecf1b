import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { Access } from '../../src/adapters/kubernetes/access.ts';
import { ApiClient } from '../../src/adapters/kubernetes/client.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { systemIds } from '../../src/adapters/system/systemIds.ts';
import { newSigningKey, publicKeyOf } from '../../src/approvals/keys.ts';
import { accountName, accountObjects, userName } from '../../src/install/accounts.ts';
import { keyObjects } from '../../src/install/keyObjects.ts';
import { ACCOUNTS, type Account, RIGHTS, type Right } from '../../src/install/rights.ts';
import { kubectlAs } from '../cluster/as.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';

const OWN = 'agent-system';
const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
  'bind',
  'escalate',
  'use',
  'approve',
  'sign',
];
const documents = (objects: readonly object[]): string => objects.map((object) => stringify(object)).join('---\n');
/** Objects that are asked for by name besides, in our own namespace. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  secrets: ['fairlead-gateway', 'fairlead-signing-key'],
  leases: ['fairlead-controller', 'fairlead-executor'],
};
/** What a cluster gives every account: to ask what it may do and who it is, and to read which authorities are trusted. */
const EVERYBODYS = new Set([
  ...['get', 'list', 'watch'].map((verb) => `${verb} clustertrustbundles.certificates.k8s.io`),
  'create selfsubjectaccessreviews.authorization.k8s.io',
  'create selfsubjectrulesreviews.authorization.k8s.io',
  'create selfsubjectreviews.authentication.k8s.io',
]);

const Resources = z.object({
  groupVersion: z.string(),
  resources: z.array(z.object({ name: z.string(), namespaced: z.boolean() })),
});

interface Asked {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string;
}

describeCluster('least privilege', () => {
  let cluster: Cluster;
  let access: Access;
  let resources: readonly { readonly group: string; readonly name: string; readonly namespaced: boolean }[];

  beforeAll(async () => {
    cluster = await startCluster({ noKubelet: true, load: { default: { rate: 0 } } });
    await installCrds(cluster);
    await cluster.kubectl(['create', 'namespace', OWN]);
    await cluster.kubectl(['apply', '-f', '-'], {
      input: documents(accountObjects(OWN)),
    });
    const opened = await Access.open({ kubeconfig: cluster.kubeconfig });
    if (!opened.ok) throw new Error(opened.error);
    access = opened.value;
    const raw = async (path: string): Promise<unknown> => JSON.parse(await cluster.kubectl(['get', '--raw', path]));
    const { groups } = z
      .object({ groups: z.array(z.object({ preferredVersion: z.object({ groupVersion: z.string() }) })) })
      .parse(await raw('/apis'));
    const paths = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
    const lists = await Promise.all(paths.map(async (path) => Resources.parse(await raw(path))));
    resources = lists.flatMap((list) => {
      const [group = ''] = list.groupVersion.includes('/') ? list.groupVersion.split('/') : [''];
      return list.resources.map(({ name, namespaced }) => ({ group, name, namespaced }));
    });
  }, 120_000);
  afterAll(async () => {
    access?.close();
    await cluster.stop();
  });

  it('knows every resource that the API server serves', () => {
    const names = resources.map(({ group, name }) => `${name}.${group}`);
    expect(names.length).toBeGreaterThan(120);
    for (const { group, resources: plurals } of ACCOUNTS.flatMap((account) => RIGHTS[account])) {
      // KEDA and the VerticalPodAutoscaler are not installed here; custom metrics are named by whoever serves them.
      if (['keda.sh', 'autoscaling.k8s.io', 'custom.metrics.k8s.io'].includes(group)) continue;
      for (const plural of plurals) expect(names).toContain(`${plural}.${group}`);
    }
  });

  it.each(ACCOUNTS.map((account) => [account] as const))(
    'the %s may do what the table says, and gets 403 for everything else',
    async (account) => {
      const asked = resources.flatMap(({ group, name, namespaced }) =>
        VERBS.flatMap((verb) => {
          const one = { verb, group, resource: name };
          const everywhere: Asked[] = namespaced
            ? [
                { ...one, namespace: 'default' },
                { ...one, namespace: OWN },
              ]
            : [{ ...one, namespace: '' }];
          const named = (NAMED[name] ?? []).map((object) => ({ ...one, namespace: OWN, name: object }));
          return [...everywhere, ...named];
        }),
      );
      const allowed = await review(account, asked);
      const wanted = asked.filter((one) => isInTable(account, one)).map(text);
      expect(allowed.filter((one) => !EVERYBODYS.has(one.replace(/ in .*| anywhere$/, '')))).toEqual(wanted);
      expect(asked.length).toBeGreaterThan(2_000);
    },
    120_000,
  );

  it('reads no secret, save the gateway its own, and no token takes the lease of another role', async () => {
    const privatePem = newSigningKey();
    const keys = keyObjects(OWN, { privatePem, publicPem: publicKeyOf(privatePem) });
    const lease = (role: string): object => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: `fairlead-${role}`, namespace: OWN },
      spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15 },
    });
    await cluster.kubectl(['apply', '-f', '-'], {
      input: documents([...keys, lease('controller'), lease('executor')]),
    });
    for (const account of ACCOUNTS) {
      const as = await kubectlAs(cluster, OWN, accountName(account));
      for (const attempt of [
        ['get', 'secret', 'fairlead-signing-key', '-n', OWN],
        ['get', 'secrets', '-n', OWN],
        ['get', 'secrets', '-A'],
        ['create', 'secret', 'generic', 'another', '-n', OWN],
        ['delete', 'secret', 'fairlead-gateway', '-n', OWN],
        ['create', 'token', accountName('executor'), '-n', OWN],
        ['exec', '-n', OWN, 'pod', '--', 'sh'],
      ]) {
        expect(await as(attempt), `${account}: ${attempt.join(' ')}`).toMatchObject({
          code: 1,
          text: expect.stringMatching(/forbidden/i),
        });
      }
      const own = await as(['get', 'secret', 'fairlead-gateway', '-n', OWN]);
      expect([account, own.code]).toEqual([account, account === 'gateway' ? 0 : 1]);
      for (const role of ['controller', 'executor']) {
        const read = JSON.parse(await cluster.kubectl(['get', 'lease', `fairlead-${role}`, '-n', OWN, '-o', 'json']));
        const taken = await as(['replace', '-f', '-'], JSON.stringify(read));
        expect([account, role, taken.code]).toEqual([account, role, account === role ? 0 : 1]);
      }
    }
  });

  /** The API server's own answer to each. */
  async function review(account: Account, asked: readonly Asked[]): Promise<string[]> {
    const client = new ApiClient(access, { clock: systemClock, ids: systemIds });
    const answers: string[] = [];
    const queue = [...asked.entries()];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, one] = next;
        const { group, resource, ...rest } = one;
        const [plural = '', ...sub] = resource.split('/');
        const answer = await client.send({
          method: 'POST',
          path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
          kind: 'write',
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SubjectAccessReview',
            spec: {
              user: userName(account, OWN),
              groups: ['system:serviceaccounts', `system:serviceaccounts:${OWN}`, 'system:authenticated'],
              resourceAttributes: { ...rest, group, resource: plural, subresource: sub.join('/') },
            },
          },
        });
        if (!answer.ok) throw new Error(answer.error.message);
        if (Review.parse(answer.value).status.allowed) answers[index] = text(one);
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    return answers.filter((one) => one !== undefined);
  }
});

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

function isInTable(account: Account, { verb, group, resource, namespace, name }: Asked): boolean {
  return RIGHTS[account].some(
    (right: Right) =>
      right.group === group &&
      (right.resources.includes(resource) || right.resources.includes('*')) &&
      (right.verbs as readonly string[]).includes(verb) &&
      (right.where === 'everywhere' || namespace === OWN) &&
      (right.names === undefined || (name !== undefined && right.names.includes(name))),
  );
}

const text = ({ verb, group, resource, namespace, name }: Asked): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === '' ? ' anywhere' : ` in ${namespace}`}${name === undefined ? '' : ` ${name}`}`;
