import type { Proposal, ProposalContext, Proposer } from '../../../agents/proposer.ts';

/** The usual proposer, and the attacker's in its place while the story says so. */
export class Proposers implements Proposer {
  underAttack = false;
  /** Names of the services a proposal is being waited for. */
  readonly asked = new Set<string>();
  readonly #usual: Proposer;
  readonly #attacker: Proposer;

  constructor(usual: Proposer, attacker: Proposer) {
    this.#usual = usual;
    this.#attacker = attacker;
  }

  get label(): string {
    return this.#current().label;
  }

  get prompt(): string {
    return this.#current().prompt ?? '';
  }

  async propose(context: ProposalContext, signal: AbortSignal): Promise<Proposal> {
    this.asked.add(context.service);
    try {
      return await this.#current().propose(context, signal);
    } finally {
      this.asked.delete(context.service);
    }
  }

  #current(): Proposer {
    return this.underAttack ? this.#attacker : this.#usual;
  }
}
