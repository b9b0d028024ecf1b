import { existsSync } from 'node:fs';
import path from 'node:path';

/** The official tools are large and want a newer Node.js: they have a folder and a lock file of their own, filled only on demand. */
const modules = path.join(import.meta.dirname, '..', 'tools', 'node_modules');

const nodeHere = path.join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');

export interface OfficialTools {
  /** A Node.js that they run under. */
  readonly node: string;
  readonly conformance: string;
  readonly inspector: string;
}

const [major = 0] = process.versions.node.split('.').map(Number);

/** Undefined: they were not installed. */
export function officialTools(): OfficialTools | undefined {
  const node = existsSync(nodeHere) ? nodeHere : major >= 24 ? process.execPath : undefined;
  const conformance = path.join(modules, '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
  const inspector = path.join(modules, '.bin', 'mcp-inspector');
  return node !== undefined && existsSync(conformance) && existsSync(inspector)
    ? { node, conformance, inspector }
    : undefined;
}

export const NO_TOOLS =
  'the official tools, or a Node.js 24 for them, are not there: npm ci --ignore-scripts --prefix test/mcp/tools';
