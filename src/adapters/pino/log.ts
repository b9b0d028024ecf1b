import { destination, pino, stdTimeFunctions } from 'pino';
import { visibleJson } from '../../kernel/plainText.ts';
import { redact, redactDeep } from '../../kernel/redact.ts';
import type { Log } from '../../ports/log.ts';

export interface LogOptions {
  /** Where lines go. Over MCP's stdio standard output belongs to the protocol: use `stderr` there. */
  readonly to: 'stderr' | 'stdout' | { write(line: string): void };
  readonly level?: 'info' | 'warn' | 'error' | 'silent';
  /** Fields of every line, such as the role. */
  readonly base?: Readonly<Record<string, string>>;
  /** Values that must never appear. */
  readonly secrets?: readonly string[];
}

/**
 * JSON lines, one event each. Fields and messages are redacted here, before pino sees them: its own redaction goes by
 * path, one level deep, and reaches neither messages nor the texts of errors.
 */
export function createLog(options: LogOptions): Log {
  const secrets = options.secrets ?? [];
  const stream =
    typeof options.to === 'object' ? options.to : destination({ fd: options.to === 'stdout' ? 1 : 2, sync: true });
  // JSON escapes only some of what draws on a terminal or hides from a reader.
  const visible = { write: (text: string): unknown => stream.write(visibleJson(text)) };
  const out = pino(
    {
      level: options.level ?? 'info',
      base: options.base ?? {},
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    visible,
  );
  const line =
    (level: 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      if (out.isLevelEnabled(level)) out[level](redactDeep(fields, secrets), redact(message, secrets));
    };
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
