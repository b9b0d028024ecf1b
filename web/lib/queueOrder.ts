export interface Row {
  readonly namespace: string;
  readonly name: string;
}

export const keyOf = ({ namespace, name }: Row): string => `${namespace}/${name}`;

/**
 * A queue never re-orders itself under a pointer: rows that are shown stay where they are and are updated there; what came
 * since waits until the reader asks for it. An empty list has nothing to protect.
 */
export function settledRows<T extends Row>(
  shown: readonly string[],
  latest: readonly T[],
): { readonly rows: readonly { readonly key: string; readonly item: T | undefined }[]; readonly fresh: number } {
  const byKey = new Map(latest.map((item) => [keyOf(item), item]));
  if (shown.length === 0) return { rows: latest.map((item) => ({ key: keyOf(item), item })), fresh: 0 };
  const known = new Set(shown);
  return {
    rows: shown.map((key) => ({ key, item: byKey.get(key) })),
    fresh: latest.filter((item) => !known.has(keyOf(item))).length,
  };
}
