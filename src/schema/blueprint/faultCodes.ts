/**
 * What each code of a fault means. A blueprint can be refused with no code that is not here. Codes are stable: the condition
 * `Accepted`, `fairlead validate -o json` and the rules of a repository's CI use the same word.
 */
export const FAULT_CODES = {
  AboveGlobalCeiling: 'The value lies above a ceiling of the ClusterBlueprint.',
  AliasBomb: 'Aliases (`&` and `*`) expand to a multiple of the text.',
  AllowedAndForbidden: 'An operation stands in `allowed_operations` and in `forbidden_operations`.',
  DuplicateKey: 'A key stands twice in one block.',
  DuplicateName: 'Two checks have the same name.',
  DuplicateTarget: 'In the cluster, an older Blueprint governs the same Deployment already.',
  EmptyDocument: 'There is nothing in the document.',
  ForeignNamespace: 'In the cluster, a Blueprint names a target in another namespace than its own.',
  GloballyForbidden: 'The ClusterBlueprint forbids the operation: no blueprint can grant it.',
  InvalidCalendar: 'The five cron fields or the time zone of a freeze window cannot be read, or never come.',
  InvalidCheck: 'The target of a check is no comparison with a value of its unit.',
  InvalidCondition: 'The condition is no CEL expression that gives true or false, or uses what is not allowed there.',
  InvalidName: 'The name has characters or a length that Kubernetes does not take.',
  InvalidQuery: 'The PromQL cannot be read, or gives more than one value.',
  InvalidRoute: 'The route is neither `slack:` nor `webhook:` with a name.',
  InvalidVersion: 'The version is no semantic version such as 1.0.0.',
  InvalidYaml: 'The text is no YAML 1.2.',
  LooserThanGlobal: 'A value of `safety` is looser than that of the ClusterBlueprint, or than the built-in one.',
  MinAboveMax: 'A minimum lies above its maximum.',
  MissingField: 'A field that is needed is not there.',
  MissingUnit: 'A number stands without its unit.',
  NeverAllowed: 'The operation can only be forbidden.',
  OutOfRange: 'The value is too small, too large, too long or too many.',
  SeveralDocuments: 'A second document follows after `---`.',
  TabIndentation: 'The indentation has a tab.',
  TargetNamespace: 'The target lies in another namespace than the blueprint.',
  TargetOutsideBounds: '`target` lies outside `min` and `max`.',
  TargetTaken: 'Among the files that are checked, another blueprint governs the same Deployment.',
  ThresholdOrder: 'Not `scale_down_threshold` < `target_cpu_utilization` <= `scale_up_threshold`.',
  TooDeep: 'The document is nested more than 32 levels deep.',
  TooLarge: 'The document has more than 256 kB.',
  UnknownField: 'There is no field of that name here.',
  UnknownOperation: 'There is no operation of that name.',
  UnknownSignal: 'The name of a check is no signal, and none stands beside it.',
  UnknownTag: 'A value has a YAML tag (`!`).',
  UnknownValue: 'The value is none of those that are possible.',
  WrongForm: 'The text does not have the form that is needed.',
  WrongKind: 'The document is of another kind than belongs here.',
  WrongType: 'The value is of another type: text for a number, a list for a block.',
  WrongUnit: 'The value has another unit than it needs.',
} as const satisfies Readonly<Record<string, string>>;

export type FaultCode = keyof typeof FAULT_CODES;

export const isFaultCode = (code: unknown): code is FaultCode => typeof code === 'string' && code in FAULT_CODES;
