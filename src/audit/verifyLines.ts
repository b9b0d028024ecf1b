import { FileVerifier, type Link, type VerifyReport } from './fileVerifier.ts';

/**
 * Checks one journal file from its lines alone (the file's text split at newlines; a last empty piece is the final newline).
 * Finds records altered, dropped or reordered inside the chain, and its beginning cut off. `after` is where the file
 * before it ended. A tail cut off at the end leaves a sound chain: only the heads that executed changes carry show that,
 * see verifyAgainstCluster.
 */
export function verifyLines(lines: readonly string[], after?: Link): VerifyReport {
  const verifier = new FileVerifier(after);
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  for (let index = 0; index < end; index += 1) verifier.line(lines[index] ?? '');
  return verifier.end(lines.length > 0 && lines.at(-1) !== '');
}
