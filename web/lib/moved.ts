const WORDS: ReadonlyMap<string, string> = new Map([
  ['ValueChanged', 'Value of the object'],
  ['BlueprintChanged', 'Blueprint'],
  ['BlueprintGone', 'Blueprint'],
  ['TargetGone', 'Deployment'],
  ['DecisionGone', 'Decision that asked'],
]);

/** What moved, in a word for people; a newer gateway may name what this page does not know. */
export const movedWord = (what: string): string => WORDS.get(what) ?? what;
