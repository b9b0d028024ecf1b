/** An Event that is written: whether it warns, on what, and what it tells. There is no reason but these. */
interface EventKind {
  readonly type: 'Normal' | 'Warning';
  readonly on: 'Deployment' | 'Blueprint' | 'Deployment, or CircuitBreaker `fleet`';
  readonly by: 'executor' | 'controller' | 'executor or controller';
  readonly when: string;
  readonly act: string;
}

const NOTHING = 'Nothing.';
const WHY = '`fairlead why` of the Decision that it names tells the rest.';

export const EVENTS = {
  ApprovalNeeded: {
    type: 'Normal',
    on: 'Deployment',
    by: 'executor',
    when: 'A request waits for people.',
    act: 'Approve or reject it: `fairlead approvals`.',
  },
  BlueprintExplained: {
    type: 'Warning',
    on: 'Blueprint',
    by: 'controller',
    when: 'A version was refused; it says why, in words.',
    act: 'Mend what it names and apply it again.',
  },
  BlueprintRead: {
    type: 'Normal',
    on: 'Blueprint',
    by: 'controller',
    when: 'A version is in force that allows no more than the one before; it says what it allows.',
    act: NOTHING,
  },
  BlueprintRefused: {
    type: 'Warning',
    on: 'Deployment',
    by: 'executor',
    when: 'The newest version of its Blueprint has a fault; the last good one stays in force.',
    act: '`fairlead validate` names every fault with its fix.',
  },
  BlueprintWidened: {
    type: 'Warning',
    on: 'Blueprint',
    by: 'controller',
    when: 'A version is in force that allows more than the one before; it says what.',
    act: 'See that this was meant.',
  },
  CauseNamed: {
    type: 'Normal',
    on: 'Deployment',
    by: 'controller',
    when: 'An agent named the cause of a failed change. It is text, and no change comes of it.',
    act: 'Read it as a hint.',
  },
  FairleadAlert: {
    type: 'Warning',
    on: 'Deployment, or CircuitBreaker `fleet`',
    by: 'executor or controller',
    when: 'A person is called; the note begins with the code of the alert.',
    act: 'See the alerts below.',
  },
  RefusedByFairlead: { type: 'Warning', on: 'Deployment', by: 'executor', when: 'A request was refused.', act: WHY },
  ResourcesSetByFairlead: {
    type: 'Normal',
    on: 'Deployment',
    by: 'executor',
    when: 'Requests or limits were written; who asked, and why.',
    act: NOTHING,
  },
  RestartedByFairlead: {
    type: 'Normal',
    on: 'Deployment',
    by: 'executor',
    when: 'A rolling restart was begun; who asked, and why.',
    act: NOTHING,
  },
  RolledBackByFairlead: {
    type: 'Normal',
    on: 'Deployment',
    by: 'executor',
    when: 'An earlier version of the pod template was put back; who asked, and why.',
    act: NOTHING,
  },
  ScaledByFairlead: {
    type: 'Normal',
    on: 'Deployment',
    by: 'executor',
    when: 'The number of replicas was written; who asked, and why.',
    act: NOTHING,
  },
  UndoneByFairlead: {
    type: 'Warning',
    on: 'Deployment',
    by: 'executor',
    when: 'A change was taken back, since its checks failed or since that was asked for.',
    act: WHY,
  },
} as const satisfies Readonly<Record<string, EventKind>>;

export type EventReason = keyof typeof EVENTS;
