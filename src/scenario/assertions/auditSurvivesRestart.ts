import { verifyLines } from '../../audit/verifyLines.ts';
import type { Seen } from '../seen.ts';

/** What was recorded before the process was killed stands there unchanged, and the chains go on from it. */
export function auditSurvivesRestart(_: true, seen: Seen): string[] {
  if (seen.process.restarts === 0) return ['the process was never restarted'];
  const now = new Set(seen.journals.flatMap(({ lines }) => lines));
  const lost = seen.beforeRestart.filter((line) => !now.has(line));
  if (seen.beforeRestart.length === 0) return ['nothing was recorded before the restart'];
  if (lost.length > 0) return [`${lost.length} of ${seen.beforeRestart.length} records from before are gone`];
  return seen.journals.flatMap(({ writer, lines }) =>
    verifyLines(lines).faults.map(({ line, message }) => `${writer} line ${line}: ${message}`),
  );
}
