/**
 * Why a person is called: what it means and what to do. What the controller calls people for (`by`) goes into Event, journal
 * and log; it has no way out of the cluster but to the model. There is no alert with another code. Codes are stable: Events, the
 * journal, metrics, alert rules and receivers use the same word.
 */
export const ALERTS = {
  Anomaly: {
    by: 'controller',
    means: 'The numbers of a service show what no operation mends.',
    act: 'Look at the service; the alert says at what.',
  },
  AtMaximum: {
    by: 'controller',
    means:
      'An objective is missed for want of capacity, and the service has all the replicas that its blueprint allows.',
    act: 'Scale by hand if it burns; then raise `scaling.max_replicas`, or let people be asked for `scale_beyond_limits`.',
  },
  BlueprintGone: {
    means: 'The Blueprint went away while a change was being verified: it stays, and nobody judges it.',
    act: 'Look at the service; apply the Blueprint again if it was not meant to go.',
  },
  BudgetSpent: {
    means: 'An objective is missed and the budget of the hour is spent.',
    act: 'Scale by hand if it burns; then weigh `safety.operations_per_hour`.',
  },
  ChangeFailed: {
    means: 'A change failed its checks, and the blueprint does not let it be undone.',
    act: 'Undo it by hand, or leave it: it stands.',
  },
  ClockDiffers: {
    means: 'The clocks of this machine and of the API server differ: nothing but an undo is done.',
    act: 'Set the clock right.',
  },
  ClockSet: {
    means: 'The clock of the machine was set while the process ran.',
    act: 'Set the clock right, then start the process again.',
  },
  CountersEdited: {
    means: 'Somebody wrote the status of a CircuitBreaker; it is put right, and the hour counts as spent.',
    act: 'Find out who may write it, and take that right away.',
  },
  CountersLost: {
    means: 'The CircuitBreaker of a service was deleted; it is made again, and the hour counts as spent.',
    act: 'Find out who may delete it, and take that right away.',
  },
  DecisionGone: {
    means:
      'The Decision of a change was deleted, or made unreadable, while the change was being verified: it stays, and nobody judges it.',
    act: 'Look at the service; find out who may delete Decisions, and take that right away.',
  },
  FleetBreakerHeld: {
    means: 'A person holds the breaker of the whole cluster open.',
    act: '`fairlead breakers` names who.',
  },
  FleetHalt: {
    means: 'Many services are unwell at once, nodes are missing, or the API server fails: nothing disruptive is done.',
    act: 'Mend the cause; it ends ten minutes after that.',
  },
  FleetStopped: { means: 'A person stopped the whole cluster.', act: '`fairlead resume --all` ends it.' },
  FloorRefused: {
    means: 'An objective is missed, and the capacity that would mend it was refused.',
    act: 'Scale by hand if it burns; then raise what the finding names.',
  },
  FloorWaiting: {
    means: 'An objective is missed, and the capacity that would mend it has waited for five minutes.',
    act: 'Scale by hand if it burns; the finding says what it waits for.',
  },
  ForbiddenRequest: {
    means: 'Somebody asked for what is forbidden. It was refused.',
    act: 'Once is a mistake; again and again: read what the model was shown.',
  },
  RevertedAgainAndAgain: {
    means: 'Somebody put our change back three times in a row.',
    act: 'Find out who, and let one of the two steer the field.',
  },
  SlotNotGivenBack: {
    means: 'A change that was not written still holds the slot of its service: the counters cannot be written.',
    act: 'See that the API server takes writes; it goes on by itself.',
  },
  StepFailed: {
    by: 'controller',
    means: 'A step of a change failed, and an agent wants a person to look.',
    act: '`fairlead why` of the Decision, then the service.',
  },
  TargetGone: {
    means: 'The Deployment went away while a change was being verified or undone.',
    act: 'See that this was meant.',
  },
  Unclear: {
    by: 'controller',
    means: 'An agent cannot tell what became of a change, and wants a person to look.',
    act: '`fairlead why` of the Decision, then the service.',
  },
  UndoFailed: {
    means: 'A change failed, and its undo did not take effect: the service is frozen.',
    act: 'Put the service right by hand, then `fairlead resume`.',
  },
  UndoRefused: {
    means: 'A change failed or could not be judged, and the gate refuses its undo.',
    act: 'Put the service right by hand, or leave it: the change stands.',
  },
  UndoWaiting: {
    means: 'A change failed, and its undo has to wait.',
    act: 'The alert says for what; a stop that a person set holds back an undo too.',
  },
  UndoneToBound: {
    means: 'A change was undone to the nearest bound of the blueprint, since what was before lies outside it.',
    act: 'See that the service is well there.',
  },
  VerificationInconclusive: {
    means: 'A change could not be judged in twice its time, and stays.',
    act: 'See that its metrics are there, and that the service is well.',
  },
  VotesFull: {
    means: 'A request holds as many votes as it can, written past the gateway; they decide nothing.',
    act: 'Delete the request with the command of the alert; take that right from whoever wrote them.',
  },
} as const satisfies Readonly<
  Record<string, { readonly means: string; readonly act: string; readonly by?: 'controller' }>
>;

export type AlertCode = keyof typeof ALERTS;
