import { err, ok, type Result } from '../../kernel/result.ts';
import { NOBODY, People } from '../../schema/people.ts';

/** The document as kept; nothing kept is nobody, anything odd is an error: nobody is let in by a broken file. */
export function readDocument(text: string | undefined, where: string): Result<People, string> {
  if (text === undefined) return ok(NOBODY);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err(`${where} is no JSON; put back a good copy, or take it away to begin with a new admin`);
  }
  const parsed = People.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  // Values are left out: there are hashes among them.
  const at = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  return err(`${where} is not what it should be (${at.join('; ')}); put back a good copy`);
}

/** `most`: bytes that fit there; without it there is room for as many people, sessions and tokens as the shape allows. */
export function writeDocument(people: People, where: string, most?: number): Result<string, string> {
  const parsed = People.safeParse(people);
  if (!parsed.success) return err(`${where} cannot hold more: ${parsed.error.issues[0]?.message ?? ''}`);
  if (most === undefined) return ok(`${JSON.stringify(parsed.data, null, 2)}\n`);
  const text = JSON.stringify(parsed.data);
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return ok(text);
  const { users, sessions, tokens } = parsed.data;
  const held = `${users.length} users, ${sessions.length} sessions and ${tokens.length} tokens`;
  return err(
    `${where} cannot hold more: ${held} are ${bytes} bytes, and ${most} fit. Revoke tokens that nothing uses, and keep people in fewer groups`,
  );
}
