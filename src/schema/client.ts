/** The entrance that a person's call came through, and what called itself there. Nothing is decided by it. */
export interface Client {
  readonly face: 'mcp-http' | 'mcp-stdio' | 'cli' | 'page';
  /** As it names itself, one line: anybody may claim to be any program. */
  readonly name?: string;
  readonly version?: string;
}

/** `fairlead-cli 0.1.0 (cli)`. */
export const clientWords = ({ face, name, version }: Client): string =>
  name === undefined ? face : `${[name, version].filter((part) => part !== undefined).join(' ')} (${face})`;
