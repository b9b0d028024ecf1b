/** A fenced block of a page. */
export interface Fence {
  /** Of its opening fence, counted from 1. */
  readonly line: number;
  /** The first word after the fence; empty where there is none. */
  readonly language: string;
  /** The other words: `skip` without a value, or with one, as `skip=pods`. */
  readonly info: Readonly<Record<string, string>>;
  readonly text: string;
  /** Whether nothing but empty lines stands between it and the fence before. */
  readonly followsAt: number | undefined;
}

/** All fences of a page, in order. One that is never closed reaches to the end of the page. */
export function fences(page: string): readonly Fence[] {
  const lines = page.split('\n');
  const found: Fence[] = [];
  let endedAt: number | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const opening = /^(`{3,})(.*)$/.exec(lines[at] ?? '');
    if (opening === null) {
      if ((lines[at] ?? '').trim() !== '') endedAt = undefined;
      continue;
    }
    const [, ticks = '', words = ''] = opening;
    const end = lines.findIndex((line, n) => n > at && line.trimEnd() === ticks);
    const close = end === -1 ? lines.length : end;
    const [language = '', ...rest] = words.trim().split(/\s+/);
    found.push({
      line: at + 1,
      language,
      info: Object.fromEntries(rest.map((word) => [word.split('=')[0] ?? '', word.split('=').slice(1).join('=')])),
      text: lines
        .slice(at + 1, close)
        .map((line) => `${line}\n`)
        .join(''),
      followsAt: endedAt,
    });
    endedAt = found.length - 1;
    at = close;
  }
  return found;
}

/** What the page says of the stage its commands run on. */
export const stageOf = (page: string): string | undefined => /^<!-- stage: (\S+) -->$/m.exec(page)?.[1];
