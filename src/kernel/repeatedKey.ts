/** `JSON.parse` keeps the last of two equal keys in silence; which one was meant nobody can say. Expects valid JSON. */
export function repeatedKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [token, colon] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const key: unknown = JSON.parse(token.slice(0, token.length - colon.length));
      const seen = open.at(-1);
      if (typeof key !== 'string' || seen === undefined) continue;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}
