/** Operational log: constant messages with fields, never prompt text or secrets. pino's `Logger` satisfies it. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
