/**
 * The promises of the design, one sentence each. Tests cite them as `(P1)` in their names; a test holds that every promise
 * is cited and none is unknown. `docs/ARCHITECTURE.md` explains them.
 */
export const PROMISES = {
  P1: 'One gate, one path: the same call by the same principal on the same state gets the same verdict at every entrance.',
  P2: 'A request carries no authority: the executor decides again; editing, replaying or doubling a request changes nothing.',
  P3: 'No number or word from a model loosens anything.',
  P4: 'No grant, no change: what is unknown, unreadable or unwritable is refused.',
  P5: 'Written before done: the intent is durable before the call, and a crash in between is resolved from the cluster.',
  P6: 'Every change has an inverse and a check that decides whether to use it; no data is neither pass nor fail.',
  P7: 'Counters are shared and fenced: taken in one compare-and-swap, kept over restarts, counted as spent when lost.',
  P8: 'Deterministic safety never waits for a model, nor for a queue.',
  P9: 'Approvals are votes of authenticated people: nothing else approves, whatever a text or a field claims.',
  P10: 'Untrusted text stays data.',
} as const;
