import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileStore } from '../../src/adapters/people/fileStore.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { signingKey } from '../../src/approvals/keys.ts';
import { proveRequester } from '../../src/approvals/requesterProof.ts';
import { Gatekeeper } from '../../src/gateway/people/gatekeeper.ts';
import { putUser } from '../../src/gateway/people/users.ts';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { blueprintFromObject } from '../../src/schema/blueprint/fromObject.ts';
import { NO_GLOBAL_RULES } from '../../src/schema/blueprint.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { DECISION_SPEC } from '../../src/testing/contractObjects.ts';
import type { Cluster } from '../cluster/harness.ts';
import { eventually, Fairlead } from './fairlead.ts';

export const PATIENCE_MS = 90_000;

/** Ann, who asks, and Omar, who answers, at a gateway whose data folder this is; services stand in namespace `shop`. */
export class AnnAndOmar {
  readonly #cluster: Cluster;
  readonly #data: string;
  readonly #token: string;

  private constructor(cluster: Cluster, data: string, token: string) {
    this.#cluster = cluster;
    this.#data = data;
    this.#token = token;
  }

  static async open(cluster: Cluster, data: string): Promise<AnnAndOmar> {
    const store = fileStore(data, systemClock);
    const user = await putUser(store, systemClock, { name: 'omar', role: 'operator', groups: ['devops-team'] });
    const made = await new Gatekeeper(store, systemClock).makeToken('omar', {
      name: 'e2e',
      scopes: ['read', 'approve'],
      days: 1,
    });
    if (!user.ok || !made.ok) throw new Error('no token for omar');
    return new AnnAndOmar(cluster, data, made.value.secret);
  }

  async read(kind: string, name: string): Promise<KubeObject> {
    return JSON.parse(await this.#cluster.kubectl(['get', kind, name, '-n', 'shop', '-o', 'json'])) as KubeObject;
  }

  /** Ann asks, as through the gateway, which signs for her; answers when `executor` has put it to people. */
  async ask(service: string, replicas: number, executor: Fairlead): Promise<string> {
    const name = `${service}-1111111111`;
    const loaded = blueprintFromObject(await this.read('blueprint', service), NO_GLOBAL_RULES);
    const system = JSON.parse(
      await this.#cluster.kubectl(['get', 'namespace', 'kube-system', '-o', 'json']),
    ) as KubeObject;
    if (!loaded.ok) throw new Error('no blueprint');
    const asked = {
      ...DECISION_SPEC,
      blueprint: { name: service, version: '1.0.0', hash: loaded.value.hash },
      target: { ...DECISION_SPEC.target, name: service },
      arguments: { replicas },
      requester: { kind: 'person', name: 'ann' },
    } as const;
    const where = { namespace: 'shop', name };
    const key = signingKey(readFileSync(path.join(this.#data, 'gateway.key'), 'utf8'));
    const at = new Date(systemClock.now()).toISOString();
    const proof = proveRequester(system.metadata.uid ?? '', where, asked, at, key);
    const { apiVersion, kind } = KINDS.Decision;
    const input = JSON.stringify({ apiVersion, kind, metadata: where, spec: { ...asked, proof } });
    await this.create(input);
    await eventually('people to be asked', PATIENCE_MS, executor, async () =>
      phaseOf(await this.read('decision', name)) === 'AwaitingApproval' ? true : undefined,
    );
    return name;
  }

  /** Puts the Decision there; by default as an admin. */
  create: (input: string) => Promise<unknown> = (input) => this.#cluster.kubectl(['create', '-f', '-'], { input });

  /** Omar's yes; undefined when nobody answered him. */
  async yes(url: string, name: string, choice: 'once' | 'update_blueprint'): Promise<number | undefined> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    try {
      const card = (await (await fetch(`${url}/api/approvals/shop/${name}`, { headers })).json()) as ApprovalCard;
      const body = JSON.stringify({ digest: card.digest, vote: 'approve', choice, comment: 'the sale starts' });
      return (await fetch(`${url}/api/approvals/shop/${name}/vote`, { method: 'POST', headers, body })).status;
    } catch {
      return undefined;
    }
  }
}

export const phaseOf = ({ status }: KubeObject): string =>
  (status as { readonly phase?: string } | undefined)?.phase ?? '';

/** `fairlead serve`, on the way to the API server that the kubeconfig names; resolves to its address. */
export async function startGateway(
  cluster: Cluster,
  data: string,
  kubeconfig: string,
): Promise<{ readonly gateway: Fairlead; readonly url: string }> {
  const gateway = new Fairlead({ ...cluster, kubeconfig }, data);
  gateway.start('serve', '--port', '0', '--data', data, '--interval', '1s');
  const url = await eventually('the gateway to listen', PATIENCE_MS, gateway, () =>
    Promise.resolve(/approvals at (\S+)/.exec(gateway.output)?.[1]),
  );
  return { gateway, url };
}
