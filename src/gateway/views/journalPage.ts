import { replay } from '../../audit/replay.ts';
import { visibleJson } from '../../kernel/plainText.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { textAt } from '../../observe/narrow.ts';
import type { JournalPage, JournalRecord as JournalRecordView } from '../../schema/api/records.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import type { Identity } from '../people/identity.ts';
import { isService } from './decisionList.ts';
import { type Journals, journalsAtHand, type Line } from './journals.ts';
import { pageOf } from './pages.ts';
import { keyOf } from './records.ts';
import { serviceOf } from './serviceRecords.ts';
import { instant, name, sentence } from './told.ts';

/** Of one record on a page; the whole of it stands in the file. */
const MOST_JSON = 20_000;

/**
 * Who logged in from where, and the signatures of people, are for operators and admins at a page: everybody else, a token
 * too, sees the log without them. That they are there is counted with the rest.
 */
export const seesPeople = (who: Identity): boolean => who.role !== 'viewer' && who.by.kind === 'session';

/** The log, newest first, and whether its chains are sound. */
export async function journalPage(
  deps: GatewayDeps,
  who: Identity,
  query: { readonly service?: string; readonly kind?: string; readonly cursor?: string },
): Promise<Result<JournalPage, Refused>> {
  if (deps.journals === undefined) {
    const message = 'no journal lies where this gateway runs: fairlead audit reads those of the other machines';
    return err({ code: 'unavailable', message });
  }
  const read = await journalsAtHand(deps.journals);
  if (!read.ok)
    return err({ code: 'unavailable', message: `the journals cannot be read now: ${sentence(read.error)}` });
  const isAsked = aboutService(deps, query.service);
  const whole = seesPeople(who);
  const places = read.value.lines
    .filter(({ record }) => whole || record.kind !== 'access')
    .filter((line) => (query.kind === undefined || line.record.kind === query.kind) && isAsked(line))
    .map((line) => ({
      at: line.record.at,
      key: `${line.record.writer} ${String(line.record.seq).padStart(16, '0')} ${line.file}`,
      line,
    }));
  const page = pageOf(places, 'newest first', query.cursor);
  if (!page.ok) return page;
  const { items, next } = page.value;
  return ok({
    items: items.map(({ line }) => recordView(whole ? line : { ...line, json: unsigned(line.json) })),
    ...(next !== undefined && { next }),
    chain: chainOf(read.value, deps.clock.now()),
    files: read.value.files.map(({ file, report }) => ({ file, records: report.records, sound: report.ok })),
  });
}

/** A record is about a service when it names it, or a Decision of it. */
function aboutService({ observer }: GatewayDeps, service: string | undefined): (line: Line) => boolean {
  if (service === undefined) return () => true;
  const decisions = new Set<string>();
  for (const object of observer.decisions()) {
    if (isService(serviceOf(object), service)) decisions.add(object.metadata.name);
  }
  return ({ record: { subject, data } }) =>
    decisions.has(subject) || namesOf(data).some((one) => one !== undefined && isService(one, service));
}

/** Where the kinds of records name their service. */
function namesOf(data: Readonly<Record<string, unknown>>): readonly (string | undefined)[] {
  const pair = (...path: readonly string[]): string | undefined => {
    const [namespace, own] = [textAt(data, ...path, 'namespace'), textAt(data, ...path, 'name')];
    return namespace === undefined || own === undefined ? undefined : keyOf(namespace, own);
  };
  return [
    textAt(data, 'service'),
    textAt(data, 'about'),
    textAt(data, 'blueprint'),
    pair(),
    pair('input', 'request', 'target'),
  ];
}

const unsigned = (json: string): string =>
  json.includes('"signature"')
    ? JSON.stringify(JSON.parse(json, (key, value: unknown) => (key === 'signature' ? 'left out for viewers' : value)))
    : json;

function recordView({ file, json, record }: Line): JournalRecordView {
  const { seq, at, kind, subject, hash, data } = record;
  return {
    file: name(file),
    seq,
    at: instant(at),
    kind,
    subject: name(subject),
    text: textOf(kind, data),
    hash: name(hash),
    ...(kind === 'call' && { replay: judgedAgain(record) }),
    json:
      json.length > MOST_JSON ? `${visibleJson(json.slice(0, MOST_JSON))}… (${json.length} in all)` : visibleJson(json),
  };
}

function judgedAgain(record: Line['record']): NonNullable<JournalRecordView['replay']> {
  const [first] = replay([record]).disagreements;
  const text = first === undefined ? 'Judged again now: the same verdict.' : `Judged again now: ${first.message}.`;
  return { agrees: first === undefined, text: sentence(text) };
}

/** One line of a record: its own words, else what it judged, else what it holds. */
function textOf(kind: string, data: Readonly<Record<string, unknown>>): string {
  if (kind === 'call') {
    const [tool, authority] = [textAt(data, 'input', 'request', 'tool'), textAt(data, 'verdict', 'authority')];
    return sentence(`${tool ?? 'a call'}: ${authority ?? 'no verdict'}`);
  }
  const words = ['phase', 'code', 'outcome', 'what', 'reason', 'message', 'why'].flatMap(
    (key) => textAt(data, key) ?? [],
  );
  if (words.length > 0) return sentence(words.join(', '));
  return sentence(
    Object.entries(data)
      // The record's own time stands beside it, for people.
      .flatMap(([key, value]) => (key === 'at' || typeof value === 'object' ? [] : [`${key} ${String(value)}`]))
      .join(', '),
  );
}

function chainOf({ chains, earlierUnread }: Journals, now: number): JournalPage['chain'] {
  const records = chains.reduce((sum, chain) => sum + chain.records, 0);
  const bad = chains.filter(({ ok: sound }) => !sound);
  const faults = bad.flatMap((chain) =>
    chain.faults.map(({ file, line, code, message }) => `${name(file)} line ${line}: ${code}: ${message}`),
  );
  const torn = chains.reduce((sum, chain) => sum + chain.torn.length, 0);
  const newest = chains.length === 1 ? chains[0]?.head : undefined;
  const notes = [
    ...(torn > 0 ? [`${torn} lines torn by a crash, none altered`] : []),
    ...(earlierUnread ? ['older files are not looked at here: fairlead audit verify reads them'] : []),
    ...chains.flatMap(({ writer, begins }) =>
      begins > 0 && !earlierUnread ? [`${name(writer)} begins at record ${begins}: earlier files were deleted`] : [],
    ),
  ];
  const sound = `Sound: ${[`${records} records in ${chains.length} journals`, ...notes].join('; ')}.`;
  const text = bad.length > 0 ? sentence(`Not sound: ${faults.slice(0, 3).join('; ')}`) : sound;
  return {
    sound: bad.length === 0 && chains.length > 0,
    records,
    ...(newest !== undefined && { head: newest }),
    text: chains.length === 0 ? 'No journal is at hand.' : text,
    at: instant(now),
  };
}
