import type { Finding, RuleId } from './verdict.ts';

type Effect = Finding['effect'] | 'forbid or note' | 'note or wait';

/**
 * What each code of a finding does and means, by the rule that gives it. The gate can give no code that is not here. Codes
 * are stable: journals, Decisions, metrics and people's filters use the same word.
 */
export const FINDING_CODES = {
  G0: {
    NoBlueprint: ['forbid', 'No blueprint governs the target.'],
    NoData: ['forbid', 'The global rules could not be read: what they forbid is not known.'],
    UnknownOperation: ['forbid', 'There is no operation of that name.'],
    UnknownRead: ['forbid', 'There is no question of that name.'],
    LogsNotAllowed: ['forbid', 'The blueprint does not say `logs: allowed`.'],
    ForbiddenByBlueprint: ['forbid', 'The operation stands in `forbidden_operations` of the blueprint.'],
    ForbiddenByGlobalRules: ['forbid', 'The operation stands in `forbidden_operations` of the ClusterBlueprint.'],
    NotExecutable: ['forbid', 'No code exists that could carry it out: it can only be refused and recorded.'],
    NotGranted: [
      'forbid',
      'The operation stands in no list of the blueprint, or the conditions of its approval do not hold.',
    ],
    ApprovalRequired: ['restrict', 'An entry of `requires_approval` holds: people of its groups decide.'],
    Approved: ['note', 'An approval for exactly this lifts the need for one.'],
    ApprovalDoesNotMatch: [
      'note',
      'An approval is at hand, and is for another operation, other arguments or another blueprint.',
    ],
  },
  G1: {
    OwnedByOther: ['forbid', 'An autoscaler or a GitOps tool steers this field.'],
    ChangedByOther: ['wait', 'Somebody else changed the field within the last 15 minutes.'],
    RevertedAgainAndAgain: ['forbid', 'What we wrote was put back three times in a row by somebody else.'],
    NoData: ['wait', 'The counters of the service could not be read.'],
  },
  G2: {
    DisruptionBudget: ['forbid', 'A PodDisruptionBudget allows no disruption.'],
    NoData: ['forbid', 'A PodDisruptionBudget could not be read.'],
  },
  G3: {
    StaleEvidence: ['wait', 'The newest sample of a signal is older than `safety.freshness`.'],
    FutureEvidence: ['wait', 'The newest sample of a signal lies in the future: a clock runs wrong.'],
    NoData: ['wait', 'The signals could not be read.'],
  },
  G4: {
    TooFewSamples: ['wait', 'Too few of the ready pods have samples.'],
    DirectionFlips: ['wait', 'With the missing pods counted the other way the direction turns round.'],
    NoData: ['wait', 'How many pods the samples cover is not known.'],
  },
  G5: {
    NoData: ['wait', 'A signal has no value.'],
    ImplausibleData: ['wait', 'A signal has a value that cannot be.'],
  },
  G6: {
    Distress: ['wait', 'The service uses little because it is in trouble, not because it is idle.'],
    NoData: ['wait', 'The numbers of the service could not be read.'],
  },
  G7: {
    Rollout: ['wait', 'A rollout is under way, or pods of it do not become ready.'],
  },
  G8: {
    ImpossibleReplicas: ['forbid', 'That is no number of replicas.'],
    AboveCeiling: ['forbid', 'More than `ceilings.max_replicas` of the ClusterBlueprint.'],
    OneStep: ['note', 'One write does all of it.'],
    Stepwise: ['note', 'One write does a part of it, more follow.'],
    Paced: ['wait', 'The next step waits as long as was asked for.'],
    NoData: ['forbid', 'The global rules could not be read.'],
  },
  G9: {
    ShortHistory: ['wait', 'The service was not watched without a gap for `safety.down_window`.'],
    NeededLately: ['wait', 'More replicas than that were needed within `safety.down_window`.'],
    NoData: ['wait', 'The history of the service could not be read.'],
  },
  G10: {
    WouldOverload: ['forbid or note', 'So few replicas could not carry the load.'],
    UndoneBefore: ['forbid', 'A scale-down was undone in the last six hours, at a load like this.'],
    NoData: ['forbid or note', 'The load, or the counters of the service, could not be read.'],
  },
  G11: {
    Reversal: ['wait', 'The service was moved the other way less than five minutes ago.'],
    Flapping: ['wait', 'Three moves back and forth within 30 minutes: no scale-down for an hour.'],
    NoData: ['wait', 'The counters of the service could not be read.'],
  },
  G12: {
    Cooldown: ['wait', 'The last write is younger than `safety.cooldown`.'],
    BudgetSpent: ['wait', 'All of `safety.operations_per_hour` is used.'],
    DownsSpent: ['wait', 'All of `safety.downs_per_hour` is used.'],
    OptionalSpent: ['wait', 'All of `safety.optional_per_hour` is used.'],
    BudgetUnknown: ['wait', 'The counters of the service were lost: the hour counts as spent.'],
    SpentUnderBreach: ['note', 'The budget is spent while an objective is missed: a person is called.'],
    FleetBusy: ['wait', 'Three disruptive changes are in flight in the fleet.'],
    FleetBudgetSpent: ['wait', 'Twenty disruptive changes were made in the fleet within an hour.'],
    FleetDisrupted: ['wait', 'As many services as may be were disrupted within ten minutes.'],
    RoomLost: ['wait', 'Pods find no room on the nodes, and another service comes first.'],
    CapacityLost: ['wait', 'The shared capacity is short, and another service comes first.'],
    CapacityShort: ['note or wait', 'The shared capacity has room for a part of it, or for none.'],
    NoData: ['wait', 'The counters of the service or of the fleet, or the shared capacity, could not be read.'],
  },
  G13: {
    FleetHalt: [
      'wait',
      'Many services are unwell at once, nodes are missing, or the API server fails; or that ended less than ten minutes ago.',
    ],
    NoData: ['wait', 'How the fleet or its nodes fare could not be read.'],
  },
  G14: {
    NotOneTarget: ['forbid', 'The target does not name one object.'],
    NoTarget: ['forbid', 'No object matches the target.'],
    SeveralTargets: ['forbid', 'Several objects match the target.'],
    SystemNamespace: ['forbid', 'The namespace belongs to Kubernetes.'],
    NotGoverned: ['forbid', 'The blueprint is for another Deployment, or stands in another namespace.'],
    WrongTarget: ['forbid', 'Another object was observed than was asked for.'],
    TargetGone: ['forbid', 'The Deployment is being deleted.'],
    NotManaged: ['forbid or note', 'The Deployment does not carry the label `fairlead.dev/managed: "true"`.'],
    NoData: ['forbid', 'The Deployment, or its UID, could not be read.'],
  },
  G15: {
    DrivesSizing: ['forbid', 'The number of replicas is computed from this request: it is not changed under it.'],
  },
  G16: {
    OutsideBounds: ['forbid', 'Outside `resources` of the blueprint.'],
    StepTooLarge: ['forbid', 'One step goes at most 20% down, and up to twice the value or the target.'],
    NoHistory: ['forbid', 'Less than a day was watched: nothing goes down yet.'],
    BelowPeak: ['forbid', "Less memory than 1.2 times the day's peak."],
    InfeasibleBefore: ['forbid', 'The same could not be had within the last day.'],
    TooLongToRecord: ['forbid', 'The quantities are longer than a record holds.'],
    QuotaTooSmall: ['forbid', 'A ResourceQuota leaves no room for the new pods.'],
    NoNodeFits: ['forbid', 'No node could take such a pod.'],
    LimitBelowRequest: ['forbid', 'The limit would be below the request.'],
    LimitRange: ['forbid', 'A LimitRange does not take it.'],
    NoData: ['forbid', 'The counters of the service, or the nodes, could not be read.'],
  },
  G17: {
    NotInconclusive: ['forbid', 'An undo was asked for, and the checks of the change came to a result.'],
    ApprovedByPeople: ['forbid', 'An undo was asked for, and people had approved the change: it is theirs.'],
    UndoSwitchedOff: ['forbid', 'An undo was asked for, and `verification.rollback` lets nothing be undone by itself.'],
    UndoIsForPeople: ['forbid', 'An undo was asked for by an agent, and `autonomy` leaves it to people.'],
    CapacityNeeded: ['forbid', 'An undo was asked for, and what the change added is needed now.'],
    WouldOverload: ['forbid', 'An undo was asked for, and the replicas before could not carry the load.'],
    ChangedSince: ['forbid', 'Somebody else changed what we wrote.'],
    NotTheLastChange: ['forbid', 'The last change of the Deployment is another one.'],
    NotOurRecord: ['forbid', 'Our own record names another change.'],
    RevisionGone: ['forbid', 'The version before is gone.'],
    BeforeWasBroken: ['forbid', 'The state before was itself unwell.'],
    LoadAsHigh: ['forbid', 'The load is still as high as it was scaled up for.'],
    AlreadyUndone: ['forbid', 'It was undone before: once is all.'],
    ToNearestBound: ['note', 'What was before lies outside the blueprint: it goes back to the nearest bound.'],
    NoData: ['forbid', 'What was before, or the load, is not known.'],
  },
  G18: {
    NothingToChange: ['forbid', 'It stands there already.'],
    NoSuchRevision: ['forbid', 'There is no such version to go back to.'],
    NoOneContainer: ['forbid', 'It is not clear which container is meant.'],
    NotKnownHealthy: ['forbid', 'That version was never seen with all its pods ready.'],
    OtherObject: ['forbid', 'The Deployment was made anew since it was seen.'],
    StalePlan: ['forbid', 'The number of replicas is another one than when this was asked for.'],
    AlreadyDone: ['forbid', 'The same request was carried out before.'],
  },
  G19: {
    BreakerOpen: ['wait', 'The circuit breaker is open after failures in a row.'],
    BreakerHeld: ['wait', 'A person holds the circuit breaker open.'],
    TrialInFlight: ['wait', 'The circuit breaker is half-open, and its one trial is under way.'],
    Trial: ['note', 'The circuit breaker is half-open: this is its one smallest step.'],
    NoData: ['wait', 'The counters or the holds could not be read.'],
  },
  G20: {
    Paused: ['wait', 'A person paused the service, its namespace or the cluster.'],
    Stopped: ['wait', 'A person stopped the service, its namespace or the cluster.'],
    Frozen: ['wait', 'An undo failed: nothing is done until a person lifts that.'],
    FreezeWindow: ['wait', 'A window of `freeze` is open.'],
    FreezeUnreadable: ['wait', 'The calendar of a freeze window cannot be read: it counts as open.'],
    ObserveOnly: ['forbid', '`autonomy: observe`: it says what would have been done.'],
    ProposeOnly: ['restrict', '`autonomy: propose`: people decide.'],
    NoData: ['wait', 'The holds could not be read.'],
  },
  G21: {
    NoEvidence: ['forbid', 'No observed signal says so.'],
    SignalSaysUp: ['forbid', 'A signal asks for more, and this takes away.'],
    ObjectiveMissed: ['forbid', 'An objective is missed now: nothing is taken away.'],
    NoData: ['forbid', 'The numbers of the service could not be read.'],
  },
  G22: {
    ProtectedNamespace: ['forbid', 'The namespace of Fairlead itself, or of Kubernetes: never touched.'],
    NotExpressible: ['forbid', 'No blueprint can grant that.'],
    NoData: ['forbid', "Fairlead's own namespace is not known."],
  },
  G23: {
    ChangeInFlight: ['wait', 'Another change of the service is being carried out or verified.'],
    Supersedes: ['note', 'It takes the place of the change under verification: capacity under pressure goes first.'],
    NoData: ['wait', 'The counters of the service could not be read.'],
  },
} as const satisfies Readonly<Record<RuleId, Readonly<Record<string, readonly [effect: Effect, means: string]>>>>;

type ByRule = typeof FINDING_CODES;

/** Of a rule that threw: it forbids, whatever it would have said. */
export const RULE_FAILED = 'RuleFailed';

export type FindingCode = { [Rule in RuleId]: keyof ByRule[Rule] }[RuleId] | typeof RULE_FAILED;
