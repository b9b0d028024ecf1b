import type { GatewayDeps } from '../gateway/deps.ts';
import type { Log } from '../ports/log.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';
import { answer, personIn } from '../testing/gateway.ts';
import { type TestPeople, testPeople } from '../testing/people.ts';
import type { World } from '../world/world.ts';
import { Loose, NotUnderstood } from './loose.ts';
import { toolOf } from './observed.ts';
import type { ApprovalDecision } from './stimulusFormat.ts';

/** What a scenario says of the person who decides. */
export interface Decider {
  /** Absent: whoever asked. */
  readonly id?: string;
  readonly groups: readonly string[];
  readonly choice?: 'once' | 'update_blueprint';
  readonly comment?: string;
  /**
   * Not at the gateway, but into the record as whoever may write it: `signature`, a vote that is signed by nobody we know;
   * `replay`, the votes that stand beside an earlier request.
   */
  readonly forges?: 'signature' | 'replay';
}

export function deciderOf(by: ApprovalDecision['by']): Decider {
  const said = new Loose(by, 'approval_decision.by');
  const id = said.text('as') === 'requester' ? undefined : said.must('id');
  const groups = said.any('groups');
  const choice = said.text('choice');
  const comment = said.text('comment', 'reason');
  const forges = said.text('forges');
  said.done();
  if (choice !== undefined && choice !== 'once' && choice !== 'update_blueprint') {
    throw new NotUnderstood(`approval_decision.by: there is no choice ${choice}`);
  }
  if (forges !== undefined && forges !== 'signature' && forges !== 'replay') {
    throw new NotUnderstood(`approval_decision.by: nothing is forged as ${forges}`);
  }
  return {
    ...(id !== undefined && { id }),
    groups: Array.isArray(groups) ? groups.map(String) : [],
    ...(choice && { choice }),
    ...(comment !== undefined && { comment }),
    ...(forges && { forges }),
  };
}

const STRANGER = testPeople('another-cluster', 'a key of their own');

/** The people of a scenario, in front of a gateway whose key the executor trusts. */
export class People {
  readonly signing: TestPeople;
  readonly #world: World;
  readonly #log: Log;

  constructor(world: World, log: Log) {
    const cluster = world.get(KINDS.Namespace, undefined, 'kube-system')?.metadata.uid ?? '';
    this.signing = testPeople(cluster);
    this.#world = world;
    this.#log = log;
  }

  /** Answers the newest matching request that waits; where there is none, nothing happens. */
  async vote(gateway: GatewayDeps, said: ApprovalDecision): Promise<void> {
    const who = deciderOf(said.by);
    const request = this.#requests(said).findLast(({ status }) => phaseOf(status) === 'Pending');
    if (request === undefined) return;
    const { namespace = '', name } = request.metadata;
    const id = who.id ?? ApprovalRequestSpec.parse(request.spec).requester.name;
    if (who.forges !== undefined) {
      this.#forge(request, said, { ...who, id });
      return;
    }
    const body = { vote: said.decision, ...(who.choice && { choice: who.choice }) } as const;
    const comment = who.comment === undefined ? {} : { comment: who.comment };
    const voted = await answer(gateway, personIn(id, ...who.groups), { namespace, name }, { ...body, ...comment });
    if (!voted.ok)
      this.#log.info({ who: id, approval: `${namespace}/${name}`, why: voted.error.message }, 'vote refused');
  }

  #requests({ operation, target }: ApprovalDecision): KubeObject[] {
    return this.#world.objects.list(KINDS.ApprovalRequest).filter((request) => {
      const spec = ApprovalRequestSpec.safeParse(request.spec);
      if (!spec.success) return false;
      const { operation: own, target: of } = spec.data;
      const isMeant = target === '*' || target === `${of.namespace}/${of.name}`;
      return isMeant && (operation === '*' || operation === own || operation === toolOf(own));
    });
  }

  #forge(request: KubeObject, said: ApprovalDecision, who: Decider & { readonly id: string }): void {
    const { namespace = '', name } = request.metadata;
    const forged =
      who.forges === 'replay'
        ? this.#requests(said).flatMap((one) => (one === request ? [] : ((one['votes'] ?? []) as readonly unknown[])))
        : [STRANGER.vote(request, who.id, this.#world.clock.now(), { vote: said.decision, groups: [...who.groups] })];
    this.#world.edit(KINDS.ApprovalRequest, namespace, name, (draft) => {
      draft['votes'] = [...((draft['votes'] ?? []) as readonly unknown[]), ...forged];
    });
  }
}

const phaseOf = (status: unknown): string => (status as { phase?: string } | undefined)?.phase ?? 'Pending';
