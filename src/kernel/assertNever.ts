/** Closes a switch over a union: a new arm breaks the build here, and a value from outside throws. */
export function assertNever(value: never): never {
  throw new TypeError(`unreachable: ${JSON.stringify(value)}`);
}
