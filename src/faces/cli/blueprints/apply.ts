import { stringify } from 'yaml';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { plainLine } from '../../../kernel/plainText.ts';
import type { GlobalDoc } from '../../../schema/blueprint/doc.ts';
import { globalFrom } from '../../../schema/blueprint/load.ts';
import { type NamedText, type Validation, validateFiles } from '../../../schema/blueprint/validateFiles.ts';
import { KINDS, type KubeObject } from '../../../schema/kube.ts';
import { parseDuration } from '../../../schema/units.ts';
import type { AskingFlags } from '../flags.ts';
import { EXIT, type Io } from '../io.ts';
import { openGoverned, type Session, trouble } from '../session.ts';
import { awaitJudged, type Judged, type Judging } from './awaitJudged.ts';
import { faultsText, readTexts } from './blueprints.ts';
import { askedAtTerminal, offerLabel } from './offerLabel.ts';
import { putDocument } from './putDocument.ts';
import { refusedUnder } from './refusedUnder.ts';

interface ApplyFlags extends AskingFlags {
  readonly filename: readonly string[];
  readonly manage?: boolean;
  readonly within: string;
}

const LONGEST_MS = 600_000;
/** As long as a condition's message may be. */
const WIDEST = 4_000;

/**
 * Validates, also against the organisation's rules as the cluster has them, writes, and waits for what the executor makes
 * of it. Exit 0: each is in force, or no executor runs that could say so, which is said. Exit 1: refused, or no answer;
 * of the organisation's rules also, that they refuse what stood there before.
 */
export async function apply(io: Io, flags: ApplyFlags): Promise<number> {
  const withinMs = parseDuration(flags.within);
  if (withinMs === undefined || withinMs > LONGEST_MS) {
    io.err(`fairlead: --within ${flags.within}: write a duration up to 10m, such as 15s\n`);
    return EXIT.usage;
  }
  const read = await readTexts(flags.filename);
  if (!read.ok) {
    io.err(`fairlead: ${read.error}\n`);
    return EXIT.failed;
  }
  const validation = validateFiles(read.value);
  if (!validation.valid) return refused(io, validation);
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const underRules = validateFiles(read.value, await rulesOf(session));
  if (!underRules.valid) return refused(io, underRules);

  const written = await writeAll(io, session, read.value, flags);
  if (written === undefined) return EXIT.failed;
  const blueprints = written.applied.filter(({ kind }) => kind === KINDS.Blueprint.kind);
  const judging: Judging =
    withinMs === 0
      ? { judged: blueprints.map((object) => ({ object })) }
      : await awaitJudged(blueprints, {
          reader: session.cluster.reader,
          clock: systemClock,
          clusterNow: () => session.clock.now(),
          signal: io.signal,
          ownNamespace: flags.namespace,
          withinMs,
        });
  const latest = new Map(judging.judged.map(({ object }) => [object.metadata.uid, object]));
  const objects = written.applied.map((object) => latest.get(object.metadata.uid) ?? object);
  if (flags.output === 'json') io.out(`${JSON.stringify(objects, null, 2)}\n`);
  if (flags.output === 'yaml') io.out(stringify(objects, { compat: 'yaml-1.1' }));
  const isWell = tell(io, flags, judging);
  const isKept = await tellRefused(io, session, written.applied);
  return isWell && isKept && written.labelled ? EXIT.ok : EXIT.failed;
}

function refused(io: Io, validation: Validation): number {
  io.err(`${faultsText(validation)}fairlead: nothing was applied\n`);
  return EXIT.failed;
}

/** The organisation's rules in the cluster. Without the right to read them, or when they are faulty, the executor's answer says what they come to. */
async function rulesOf({ cluster }: Session): Promise<GlobalDoc | undefined> {
  const read = await cluster.reader.get(KINDS.ClusterBlueprint, undefined, 'default');
  if (!read.ok || read.value === undefined) return undefined;
  const rules = globalFrom(read.value, 'ClusterBlueprint default');
  return rules.ok ? rules.value : undefined;
}

interface Written {
  readonly applied: readonly KubeObject[];
  /** What was to be labelled is. */
  readonly labelled: boolean;
}

async function writeAll(
  io: Io,
  session: Session,
  texts: readonly NamedText[],
  flags: ApplyFlags,
): Promise<Written | undefined> {
  const applied: KubeObject[] = [];
  const mayAsk = io.interactive && flags.output === 'table';
  const labels = { ...(flags.manage && { manage: true }), ...(mayAsk && { isYes: askedAtTerminal(io) }) };
  let labelled = true;
  for (const named of texts) {
    const done = await putDocument(session.cluster, named);
    if (!done.ok) {
      io.err(`fairlead: ${trouble(session, `${named.file} was not applied`, done.error)}\n`);
      return undefined;
    }
    const { kind, object, note } = done.value;
    if (note !== undefined) io.err(`note: ${note}\n`);
    applied.push(object);
    const where = object.metadata.namespace === undefined ? '' : ` in ${object.metadata.namespace}`;
    if (flags.output === 'table') io.out(`${kind.plural}/${object.metadata.name} applied${where}\n`);
    if (kind === KINDS.Blueprint) labelled = (await offerLabel(io, session, object, labels)) && labelled;
  }
  return { applied, labelled };
}

/** False: one was refused, or an executor that runs did not answer. */
function tell(io: Io, { output, within }: ApplyFlags, { judged, unanswered }: Judging): boolean {
  const open = judged.filter(({ answer }) => answer === undefined);
  for (const { object, answer } of judged) {
    if (answer === undefined) continue;
    if (answer.status !== 'True')
      io.err(
        `fairlead: the cluster refuses ${KINDS.Blueprint.plural}/${object.metadata.name}: ${plainLine(answer.message, WIDEST)}\n`,
      );
    else if (output === 'table')
      io.out(`${KINDS.Blueprint.plural}/${object.metadata.name}: ${plainLine(answer.message, WIDEST)}\n`);
  }
  if (unanswered !== undefined) io.err(`${openText(open, unanswered, within)}\n`);
  return (
    unanswered?.executor !== 'silent' && judged.every(({ answer }) => answer === undefined || answer.status === 'True')
  );
}

/** How many Blueprints that rules refuse are named; the rest is a number. */
const NAMED = 20;

/** False: the rules that were written refuse Blueprints that stood there before. */
async function tellRefused(io: Io, { cluster }: Session, applied: readonly KubeObject[]): Promise<boolean> {
  const rules = applied.find(({ kind }) => kind === KINDS.ClusterBlueprint.kind);
  if (rules === undefined) return true;
  const refused = await refusedUnder(rules, cluster.reader);
  if (!refused.ok) {
    io.err(`whether the Blueprints of the cluster keep to these rules cannot be read: ${refused.error}\n`);
    return true;
  }
  for (const { namespace, name, faults } of refused.value.slice(0, NAMED)) {
    const [first] = faults;
    const more = faults.length > 1 ? ` (1 of ${faults.length} faults)` : '';
    io.err(
      `fairlead: these rules refuse ${KINDS.Blueprint.plural}/${name} in ${namespace}: ${plainLine(`${first?.message}${more}; to mend it: ${first?.fix}`, WIDEST)}\n`,
    );
  }
  const left = refused.value.length - NAMED;
  if (left > 0) io.err(`fairlead: and ${left} more; kubectl get blueprints -A says which\n`);
  if (refused.value.length > 0)
    io.err('  what was accepted of them last stays in force, as far as these rules allow it\n');
  return refused.value.length === 0;
}

function openText(
  open: readonly Judged[],
  { executor, why }: NonNullable<Judging['unanswered']>,
  within: string,
): string {
  const [first] = open;
  const names = `${first === undefined ? '' : nameOf(first.object)}${open.length > 1 ? ` and ${open.length - 1} more` : ''}`;
  return executor === 'none'
    ? `nobody judges ${names} yet: ${why}; kubectl get blueprints says what became of it once one does`
    : `fairlead: ${names} was applied, and nobody has judged it within ${within}: ${why}\n  fix: fairlead doctor; kubectl get blueprints says what became of it`;
}

const nameOf = ({ metadata: { namespace, name } }: KubeObject): string => `Blueprint ${namespace}/${name}`;
