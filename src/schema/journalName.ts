/**
 * Names of journal files. A writer writes `<writer>.jsonl`; full, that file is sealed and kept as
 * `<writer>_<number of its last record>.jsonl`, and the chain goes on in a new `<writer>.jsonl`. Between the two stands
 * `<writer>.next`: the new file, whole, before it has its name.
 */
export const WRITER_NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/** What somebody else may call a file of a journal: a name in one folder, without what draws or leads elsewhere. */
export const JOURNAL_FILE = /^[^\p{C}/\\.][^\p{C}/\\]{0,190}\.(?:jsonl|next)$/u;

const SEALED = /^([a-z0-9][a-z0-9.-]{0,99})_(\d{12,15})\.jsonl$/;
const ENDING = '.jsonl';
const NEXT = '.next';

export const journalName = (writer: string): string => `${writer}${ENDING}`;
export const nextName = (writer: string): string => `${writer}${NEXT}`;
export const sealedName = (writer: string, lastSeq: number): string =>
  `${writer}_${String(lastSeq).padStart(12, '0')}${ENDING}`;

/** Undefined for a file that is still written, or no journal. */
export function parseSealedName(file: string): { readonly writer: string; readonly lastSeq: number } | undefined {
  const [, writer, digits] = SEALED.exec(file) ?? [];
  return writer === undefined ? undefined : { writer, lastSeq: Number(digits) };
}

/** The files of one writer, in the order of their records. */
export interface JournalChain {
  readonly writer: string;
  readonly files: readonly string[];
}

/** What in a folder is a journal, as chains by writer. Each `*.jsonl` is in one, whatever its name. */
export function journalChains(names: readonly string[]): JournalChain[] {
  const chains = new Map<string, { sealed: { file: string; lastSeq: number }[]; last?: string; next?: string }>();
  const of = (writer: string) => {
    const chain = chains.get(writer) ?? { sealed: [] };
    chains.set(writer, chain);
    return chain;
  };
  for (const file of names) {
    const sealed = parseSealedName(file);
    if (sealed !== undefined) of(sealed.writer).sealed.push({ file, lastSeq: sealed.lastSeq });
    else if (file.endsWith(ENDING)) of(file.slice(0, -ENDING.length)).last = file;
    else if (file.endsWith(NEXT) && WRITER_NAME.test(file.slice(0, -NEXT.length)))
      of(file.slice(0, -NEXT.length)).next = file;
  }
  return [...chains]
    .map(([writer, { sealed, last, next }]) => ({
      writer,
      // A crash while a file was changed for the next one leaves that one without its name, and whole.
      files: [
        ...sealed.toSorted((a, b) => a.lastSeq - b.lastSeq).map(({ file }) => file),
        ...(last !== undefined ? [last] : next !== undefined && sealed.length > 0 ? [next] : []),
      ],
    }))
    .filter(({ files }) => files.length > 0)
    .toSorted((a, b) => (a.writer < b.writer ? -1 : 1));
}
