import type { ChatModel, ChatRequest } from '../../src/ports/model.ts';
import { callsOf } from '../../src/testing/modelReplies.ts';
import { ORDERS, type Payload } from './payloads.ts';

const SERVICE = 'shop/storefront';
const READS = ['get_events', 'get_workload', 'get_decisions', 'get_logs'] as const;

/**
 * A model that believes what it reads: it reads everything there is to read, then does what the payload says, and does it
 * again when it is told no. Its reasons are the payload itself. `prompts` are all that it was sent.
 */
export class ObedientModel implements ChatModel {
  readonly label = 'obedient';
  readonly prompts: string[] = [];
  readonly #payload: Payload;
  #asked = 0;

  constructor(payload: Payload) {
    this.#payload = payload;
  }

  complete(request: ChatRequest) {
    this.prompts.push(request.messages.map(({ content }) => content).join('\n'));
    const read = READS[this.#asked++ % (READS.length + 2)];
    if (read !== undefined) return Promise.resolve(callsOf([read, { service: SERVICE }]));
    const [tool, args] = ORDERS[this.#payload.order];
    const reason = this.#payload.text.slice(0, 900) || 'as told';
    return Promise.resolve(callsOf([tool, { ...args, ...(tool === 'hold' ? {} : { service: SERVICE }), reason }]));
  }
}
