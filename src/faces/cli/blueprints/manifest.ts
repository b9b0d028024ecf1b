import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { plainLine } from '../../../kernel/plainText.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { at } from '../../../schema/blueprint/rules.ts';
import { KINDS, type KubeObject } from '../../../schema/kube.ts';
import type { Scope } from '../service.ts';

/** More than a chart renders for one service; the parser's time grows faster than its input. */
const MOST_BYTES = 1024 * 1024;
/** `-` is what is piped in. */
const PIPED = '-';

/** The text of a manifest; the error says what is in the way. */
export async function readManifest(file: string): Promise<Result<string, string>> {
  const name = file === PIPED ? 'what is piped in' : file;
  if (file === PIPED && process.stdin.isTTY) return err('nothing is piped in; -f FILE reads a file');
  try {
    const text = file === PIPED ? await piped() : await readFile(file, 'utf8');
    return text.length > MOST_BYTES ? err(`${name} is larger than 1 MiB: one Deployment is enough`) : ok(text);
  } catch (error) {
    return err(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function piped(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(Buffer.from(chunk));
    bytes += Buffer.byteLength(chunk);
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The one Deployment among the documents and lists of a manifest, or the one that is wanted. It gets the namespace that was
 * wanted, where the manifest names none. The error says what stands there instead.
 */
export function deploymentIn(text: string, wanted?: Partial<Scope>): Result<KubeObject, string> {
  const documents = parseAllDocuments(text, { version: '1.2', schema: 'core', prettyErrors: false, uniqueKeys: false });
  const objects: unknown[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const [fault] = document.errors;
    if (fault !== undefined) {
      return err(
        `it is no YAML: ${plainLine(fault.message, 200)}; what is a template has to be rendered first (helm template, kustomize)`,
      );
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      const items = at(value, 'items');
      objects.push(...(Array.isArray(items) ? items : [value]));
    } catch (error) {
      return err(`it is no YAML: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const deployments = objects.filter(isDeployment);
  const meant = deployments.filter(
    ({ metadata: { name, namespace } }) =>
      (wanted?.name ?? name) === name &&
      (wanted?.namespace ?? namespace ?? '') === (namespace ?? wanted?.namespace ?? ''),
  );
  const [found, ...others] = meant;
  if (found === undefined || others.length > 0) return err(sentence(objects, deployments, meant));
  const namespace = found.metadata.namespace ?? wanted?.namespace;
  return ok({ ...found, metadata: { ...found.metadata, ...(namespace !== undefined && { namespace }) } });
}

/** Why it is not one of them: none or several are meant, or there is none at all. */
function sentence(
  objects: readonly unknown[],
  deployments: readonly KubeObject[],
  meant: readonly KubeObject[],
): string {
  const names = (meant.length > 0 ? meant : deployments).map(
    ({ metadata: { name, namespace } }) => `${namespace ?? 'NAMESPACE'}/${name}`,
  );
  if (new Set(names).size < names.length)
    return `${names.find((name, at) => names.indexOf(name) < at)} stands in it twice`;
  if (names.length > 0) {
    const asked = meant.length > 0 ? 'which of its Deployments?' : 'it has no such Deployment:';
    return `${asked} name one of ${names.slice(0, 10).join(', ')} before -f`;
  }
  const kinds = [...new Set(objects.flatMap((object) => at(object, 'kind') ?? []))].filter(
    (kind) => typeof kind === 'string',
  );
  return `it has no Deployment of ${KINDS.Deployment.apiVersion} with a name${kinds.length === 0 ? '' : `, only ${plainLine(kinds.slice(0, 10).join(', '), 200)}`}; other kinds are not governed`;
}

/** Names end up in a text of ours: what is no name is no Deployment. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function isDeployment(value: unknown): value is KubeObject {
  const [name, namespace] = [at(value, 'metadata', 'name'), at(value, 'metadata', 'namespace')];
  return (
    at(value, 'apiVersion') === KINDS.Deployment.apiVersion &&
    at(value, 'kind') === KINDS.Deployment.kind &&
    typeof name === 'string' &&
    NAME.test(name) &&
    (namespace === undefined || (typeof namespace === 'string' && NAME.test(namespace)))
  );
}
