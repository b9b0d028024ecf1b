import type { Change } from './change.ts';

/** What a permit is bound to. */
export interface PermitTerms {
  readonly requestId: string;
  readonly operation: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly change: Change;
  /** The annotation text that stood there (undefined: none) and the resourceVersion: the write's preconditions. */
  readonly lastChangeText: string | undefined;
  readonly resourceVersion: string;
  /** Maps that must exist before a key can be added to them; a JSON Patch cannot make them conditionally. */
  readonly hasAnnotations: boolean;
  readonly hasTemplateAnnotations: boolean;
  readonly blueprintHash: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * Proof that the gate said yes to exactly one write. It cannot be built from a literal or from JSON, only
 * `policy/decide.ts` issues one (the architecture test holds that line), and it works once. It holds inside one process;
 * nothing ever carries it across a boundary.
 */
export class Permit {
  readonly #terms: PermitTerms;
  #used = false;

  private constructor(terms: PermitTerms) {
    this.#terms = terms;
  }

  static issue(terms: PermitTerms): Permit {
    return new Permit(Object.freeze({ ...terms }));
  }

  static isGenuine(value: unknown): value is Permit {
    return typeof value === 'object' && value !== null && #terms in value;
  }

  get terms(): PermitTerms {
    return this.#terms;
  }

  /** Marks it used; false when it was used before. Dry runs do not use it. */
  use(): boolean {
    const first = !this.#used;
    this.#used = true;
    return first;
  }
}
