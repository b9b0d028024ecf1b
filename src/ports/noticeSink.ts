import type { Risk } from '../schema/api/common.ts';

/** What people are told about a request. Names and values may be anybody's: plain lines, to be shown as text. */
export interface ApprovalNotice {
  /** The same key is the same notice: a receiver that gets it twice may drop the second. */
  readonly key: string;
  readonly kind: 'notify' | 'remind' | 'escalate' | 'expire';
  /** When it was written (ms). */
  readonly at: number;
  readonly namespace: string;
  readonly request: string;
  readonly service: string;
  /** `Deployment shop/web`. */
  readonly target: string;
  readonly operation: string;
  readonly before: string;
  readonly after: string;
  readonly risk: Risk;
  readonly requester: string;
  /** Groups that are asked by this notice. */
  readonly groups: readonly string[];
  /** How many said yes, and how many have to. */
  readonly yes: number;
  readonly quorum: number;
  readonly decideBy: number;
  /** The page where it is read and decided, by whoever is logged in there. */
  readonly link?: string;
}

/** Why not, as a code without an address: the address may be a secret. */
export type Sent = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly again: boolean };

/** A place where people read notices. */
export interface NoticeSink {
  /** Name of the route: `slack:#payments-ops`. */
  readonly route: string;
  /** One try, within seconds; never throws. */
  send(notice: ApprovalNotice): Promise<Sent>;
}
