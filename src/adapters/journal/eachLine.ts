import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** No record is nearly so long, and no cut one either: see tail.ts. */
const LONGEST = 96 * 1024 * 1024;

export interface FileRead {
  /** The last line has no newline. */
  readonly unfinished: boolean;
  readonly bytes: number;
  /** Of the whole file, hex. */
  readonly sha256: string;
}

/** Hands over a file line by line, in memory for one line. Throws the system's error, or a RangeError for an endless line. */
export async function eachLine(path: string, use: (line: string) => void): Promise<FileRead> {
  const hash = createHash('sha256');
  let bytes = 0;
  let rest: Buffer[] = [];
  let held = 0;
  const take = (end: Buffer): void => {
    use((held === 0 ? end : Buffer.concat([...rest, end])).toString('utf8'));
    rest = [];
    held = 0;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
    }
    if (from < chunk.length) {
      rest.push(chunk.subarray(from));
      held += chunk.length - from;
      if (held > LONGEST) throw new RangeError(`${path} has a line of more than ${LONGEST} bytes: that is no journal`);
    }
  }
  const unfinished = held > 0;
  if (unfinished) take(Buffer.alloc(0));
  return { unfinished, bytes, sha256: hash.digest('hex') };
}
