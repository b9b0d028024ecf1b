/** Where a person reads it. */
export type Place = 'Decision' | 'Event' | 'alert' | 'status' | 'log' | 'CLI';

export interface Row {
  /** What is gone or wrong. */
  readonly without: string;
  readonly works: string;
  readonly waits: string;
  /** Words of the product as they are, by place. */
  readonly sees: readonly { readonly at: Place; readonly text: string }[];
}

/**
 * What Fairlead does without each thing it depends on: `docs/reference/fail-closed.md` is this table, and rows.test.ts plays every
 * row of it and holds each sentence against what happened.
 */
export const ROWS = {
  apiServer: {
    without: 'The API server: no call is answered',
    works: 'Nothing is written. What is on record stays there, and goes on by itself when the server is back.',
    waits: 'Every change, and every undo. Afterwards whatever takes capacity away, until ten minutes without trouble.',
    sees: [
      { at: 'log', text: 'cannot read from the cluster' },
      { at: 'Decision', text: 'nothing disruptive while the API server fails' },
      { at: 'CLI', text: 'is it up, and is this the right cluster and network?' },
    ],
  },
  apiServerWrites: {
    without: 'Writes of workloads: the API server answers them with errors',
    works: 'Reading and deciding. The slot is given back each time, and no failure is counted.',
    waits: 'The change, tried again every second; an agent drops its wish after a minute and computes it anew.',
    sees: [
      { at: 'Decision', text: 'ServerUnavailable' },
      { at: 'alert', text: 'FloorWaiting: an objective is missed, and more capacity has waited since' },
    ],
  },
  metrics: {
    without: 'Metrics: the source fails as a whole',
    works:
      'A scale-up that a person asks for, or that lifts the ready pods to the minimum. An undo of what failed before.',
    waits:
      'Everything else. A change that is being verified is neither passed nor failed: it stays, and a person is told.',
    sees: [
      { at: 'status', text: 'missing' },
      { at: 'Decision', text: 'cpu has no value' },
      { at: 'alert', text: 'VerificationInconclusive: change' },
    ],
  },
  cpu: {
    without: 'CPU and memory use alone',
    works: 'A scale-up that a person asks for.',
    waits: "Scale-downs and restarts, a person's too.",
    sees: [{ at: 'Decision', text: 'cpu has no value' }],
  },
  latency: {
    without: 'Latency alone',
    works: 'A scale-up by the other signals.',
    waits: "Scale-downs and restarts, a person's too.",
    sees: [{ at: 'Decision', text: 'latency_p95 has no value' }],
  },
  errors: {
    without: 'The error rate alone',
    works: 'A scale-up by the other signals.',
    waits: "Scale-downs and restarts, a person's too.",
    sees: [{ at: 'Decision', text: 'error_rate has no value' }],
  },
  frozen: {
    without: 'Fresh samples: the source repeats old ones',
    works: 'A scale-up that a person asks for.',
    waits: 'Everything else, from 45 s on.',
    sees: [{ at: 'Decision', text: 'old, at most 45 s is allowed' }],
  },
  model: {
    without: 'The model: its endpoint fails or never answers',
    works: 'All of it: the rules propose what the analysis asks for. After a few failures the endpoint is left alone.',
    waits: 'Nothing.',
    sees: [
      { at: 'Decision', text: 'rules planner' },
      { at: 'log', text: 'rules answer without the model' },
    ],
  },
  redis: {
    without: 'Redis',
    works:
      'All of it: neither controller nor executor opens a connection to it, and the gateway shows and takes votes without it. Notices go on by timers of the gateway.',
    waits: 'Nothing. Notices may be late.',
    sees: [],
  },
  disk: {
    without: 'The disk: the journal cannot be written',
    works: 'An undo that is due, recorded in its Decision as `unlogged`; the log catches up first thing when it can.',
    waits: 'Every other change: the slot is given back, and no failure is counted.',
    sees: [
      { at: 'Decision', text: 'JournalUnwritable' },
      { at: 'Decision', text: 'no space left on device' },
      { at: 'log', text: 'journal unwritable: nothing is done' },
    ],
  },
  clock: {
    without: 'The right time: the clock of a node is an hour off',
    works: 'A process that was running goes on by the time that passes. An undo.',
    waits:
      'Every other change of a process that starts on such a clock, and all that it would conclude from time, until the clock is set right.',
    sees: [
      { at: 'Decision', text: 'ClockDiffers' },
      { at: 'Event', text: 'FairleadAlert ClockDiffers: the clock here says' },
      { at: 'alert', text: 'nothing but an undo is done until they agree to 30 s' },
    ],
  },
  breakerLost: {
    without: 'The CircuitBreaker of a service: somebody deleted it',
    works: 'The change under way ends as it would have, and can still be undone.',
    waits: 'Every new change of the service, for an hour from the newest one that its Deployment carries.',
    sees: [
      { at: 'Event', text: 'FairleadAlert CountersLost: the CircuitBreaker of web was lost and is made again' },
      { at: 'Decision', text: 'the record of this service was lost, so the hour counts as spent' },
    ],
  },
  breakerEdited: {
    without: 'The true counters of a service: somebody wrote the status of its CircuitBreaker',
    works: 'The change under way ends as it would have, and can still be undone.',
    waits: 'Every new change of the service, for an hour.',
    sees: [
      {
        at: 'Event',
        text: 'FairleadAlert CountersEdited: the CircuitBreaker of web had a status that somebody else wrote',
      },
      { at: 'Decision', text: 'the record of this service was lost, so the hour counts as spent' },
    ],
  },
  definitions: {
    without: 'Our custom resource definitions',
    works: 'Every command says what is missing, and changes nothing.',
    waits: 'Everything.',
    sees: [{ at: 'CLI', text: 'does not know our resources yet\n  fix: fairlead install --crds | kubectl apply -f -' }],
  },
  breakersDefinition: {
    without: 'The definition of CircuitBreakers alone',
    works: 'Reading and deciding.',
    waits: 'Every change: without a slot nothing is written.',
    sees: [
      { at: 'Decision', text: 'SlotNotTaken' },
      { at: 'alert', text: 'FloorWaiting: an objective is missed, and more capacity has waited since' },
    ],
  },
  rightToPatch: {
    without: 'The right to patch Deployments',
    works: 'Reading and deciding. No failure is counted.',
    waits: 'Every change.',
    sees: [
      { at: 'Decision', text: 'DeniedByServer' },
      { at: 'Decision', text: 'cannot patch resource "deployments"' },
      { at: 'alert', text: 'FloorWaiting: an objective is missed, and more capacity has waited since' },
    ],
  },
  rightToRead: {
    without: 'The right to read pods',
    works: 'Nothing is written on what can only be guessed.',
    waits: 'Every change of the services concerned.',
    sees: [
      { at: 'log', text: 'state unreadable: nothing is decided' },
      { at: 'status', text: 'pods is forbidden' },
    ],
  },
  rightToTell: {
    without: 'The right to create Events',
    works: 'All of it: the Decision, the journal and the sinks of alerts say the same.',
    waits: 'Nothing.',
    sees: [
      { at: 'log', text: 'event not written' },
      { at: 'alert', text: 'ForbiddenRequest: ' },
    ],
  },
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;
