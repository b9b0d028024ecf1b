import type { Origin } from '../schema/records.ts';
import type { BlueprintNews, Explanation } from './roles/blueprintParser.ts';
import { clean } from './untrusted.ts';

const NOTE = 1_000;
/** So much of a note is for a model's words. */
const WORDS_IN_NOTE = 300;

/** What became of a version, in a line. */
export function newsHeadline({ name, version, kind, inForce }: BlueprintNews): string {
  const about = `blueprint ${clean(name, 320)} ${clean(version, 64)}`;
  switch (kind) {
    case 'refused':
      return `${about} is refused; ${inForce === undefined ? 'nothing is in force' : `${clean(inForce.version, 64)} stays in force`}`;
    case 'changed':
      return `${about} is in force`;
    case 'new':
      return `${about} is new and in force`;
  }
}

const byWhom = (by: Origin): string =>
  `in the words of a model (${clean(by.model, 80)}, ${by.prompt}), checked by nobody`;

/** For an Event: what was computed, as much as fits, then what a model says of it. */
export function explanationNote(news: BlueprintNews, { words, draft }: Explanation, by: Origin): string {
  const said = words === undefined ? '' : ` | ${byWhom(by)}: «${clean(words, WORDS_IN_NOTE)}»`;
  const drafted = draft === undefined ? '' : ' | a checked draft with the faults mended stands in the journal';
  const room = NOTE - said.length - drafted.length;
  const lines = news.lines.map((line) => clean(line, 400));
  return `${clean(`${newsHeadline(news)}: ${lines.join('; ')}`, room)}${drafted}${said}`;
}

/** For a terminal: all of it, a line each. */
export function explanationLines(news: BlueprintNews, explanation: Explanation, by: Origin): string[] {
  const { words, draft, draftChanges, dropped } = explanation;
  const changes = draftChanges?.length === 0 ? ['nothing'] : draftChanges;
  return [
    newsHeadline(news),
    ...news.lines.map((line) => `  - ${clean(line, 600)}`),
    ...(words === undefined ? [] : [`${byWhom(by)}:`, `  «${words}»`]),
    ...(dropped === undefined ? [] : [`a model's draft is not shown: ${dropped}`]),
    ...(draft === undefined
      ? []
      : [
          'a draft of a model, checked: it validates and differs only where the faults are; nothing puts it into force:',
          ...draft.trimEnd().split('\n'),
          ...(changes === undefined
            ? []
            : ['against what is in force it changes:', ...changes.map((line) => `  - ${line}`)]),
        ]),
  ];
}
