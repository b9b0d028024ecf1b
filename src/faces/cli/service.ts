import { err, ok, type Result } from '../../kernel/result.ts';

/** `ns/name`; `ns/` names a namespace. */
export interface Scope {
  readonly namespace: string;
  readonly name?: string;
}

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Parses `shop/web` (a service) or `shop/` (a namespace); anything else is an error that says what was expected. */
export function parseScope(text: string): Result<Scope, string> {
  const scope = scopeIn(text);
  return scope === undefined ? err(`${noService(text)} (or shop/ for a whole namespace)`) : ok(scope);
}

/** Parses a service; a whole namespace is refused. */
export function parseService(text: string): Result<Required<Scope>, string> {
  const scope = scopeIn(text);
  if (scope === undefined) return err(noService(text));
  const { namespace, name } = scope;
  if (name === undefined) return err(`"${text}" names a namespace: write namespace/name, such as shop/web`);
  return ok({ namespace, name });
}

function scopeIn(text: string): Scope | undefined {
  const [namespace = '', name, extra] = text.split('/');
  if (extra !== undefined || name === undefined || !NAME.test(namespace)) return undefined;
  if (name === '') return { namespace };
  return NAME.test(name) ? { namespace, name } : undefined;
}

const noService = (text: string): string => `"${text}" is no service: write namespace/name, such as shop/web`;
