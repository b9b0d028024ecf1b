/**
 * The fields of log lines, the same names everywhere: one search finds all that happened to a thing. What stands in a
 * namespace is `namespace/name`, as the commands take it.
 */
export interface LogFields {
  /** Of its Blueprint. */
  readonly service?: string;
  /** `fairlead why` takes it. */
  readonly decision?: string;
  readonly approval?: string;
  /** Id of one write. */
  readonly change?: string;
  readonly undo?: boolean;
  /** Of an agent: what the journal calls `subject`. */
  readonly run?: string;
  /** The role of an agent, such as `decision-engine`. */
  readonly agent?: string;
  readonly model?: string;
  /** Of a Kubernetes object, or of a notice. */
  readonly kind?: string;
  /** Any other object. */
  readonly object?: string;
  readonly version?: string;
  readonly lease?: string;
  /** Of a Decision or an ApprovalRequest. */
  readonly phase?: string;
  /** CamelCase word of a phase or an Event. */
  readonly reason?: string;
  /** CamelCase word of an alert, or of an error. */
  readonly code?: string;
  /** What a person is called for. */
  readonly alert?: string;
  /** What failed, in the words of what did. */
  readonly error?: string;
  /** Why something is done, or not done. */
  readonly why?: string;
  /** How long, or by how much. */
  readonly seconds?: number;
  /** A person, as far as they are known. */
  readonly who?: string;
  /** What they did or wanted, and to whom. */
  readonly what?: string;
  readonly whom?: string;
  /** The network they came from. */
  readonly from?: string;
  /** Of HTTP: as the table of access writes it. */
  readonly route?: string;
  readonly tool?: string;
  /** Where an alert or a notice goes: its name in the settings. */
  readonly sink?: string;
}

/** Operational log: constant messages with fields, never prompt text or secrets. pino's `Logger` satisfies it. */
export interface Log {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
