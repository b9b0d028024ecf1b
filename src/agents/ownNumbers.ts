const NUMBER = /\d+(?:\.\d+)?/g;

/**
 * Whether a text names a number that the facts it is about do not have. A model's sentence beside computed numbers is taken
 * for one of them; one that brings its own is left out.
 */
export function inventsNumber(text: string, facts: readonly string[]): boolean {
  const known = new Set(facts.flatMap(numbersIn));
  return numbersIn(text).some((number) => !known.has(number));
}

/** `3.0` and `3` are one number. */
const numbersIn = (text: string): string[] => [...text.matchAll(NUMBER)].map(([digits]) => String(Number(digits)));
