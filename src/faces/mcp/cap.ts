/** Characters of JSON that an answer may have at most: some 6,000 tokens. */
export const MOST_DATA = 24_000;
const MOST_TEXT = 6_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * The answer within the limit: the longest list is halved until it fits, and `left_out` says so. An answer without lists that
 * is too long cannot be told at all: undefined.
 */
export function capped(data: Json, most = MOST_DATA): Json | undefined {
  let told: Record<string, unknown> = { ...data };
  while (JSON.stringify(told).length > most) {
    const longest = Object.entries(told)
      .filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > 0)
      .sort(([, a], [, b]) => JSON.stringify(b).length - JSON.stringify(a).length)[0];
    if (longest === undefined) return undefined;
    const [key, list] = longest;
    // Whoever went on from `next` would never see what was left out.
    const { next: _, ...rest } = told;
    told = { ...rest, [key]: list.slice(0, Math.floor(list.length / 2)), left_out: LEFT_OUT };
  }
  return told;
}

const LEFT_OUT = 'the answer was too long: lists are cut at their ends; ask for one thing, or with detail concise';

export const cappedText = (text: string): string => cutWords(text, MOST_TEXT);

/** Words within a limit. A cut in the middle of what others wrote closes its mark, so that what follows is not taken for theirs. */
export function cutWords(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
  const isOpen = kept.lastIndexOf('«') > kept.lastIndexOf('»');
  return `${kept}${isOpen ? '…»' : ''}\n… (cut)`;
}
