import { err, ok, type Result } from '../../kernel/result.ts';

/** `ns/name`; `ns/` names a namespace. */
export interface Scope {
  readonly namespace: string;
  readonly name?: string;
}

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Parses `shop/web` (a service) or `shop/` (a namespace); anything else is an error that says what was expected. */
export function parseScope(text: string): Result<Scope, string> {
  const [namespace = '', name, extra] = text.split('/');
  if (extra !== undefined || name === undefined || !NAME.test(namespace) || (name !== '' && !NAME.test(name))) {
    return err(`"${text}" is no service: write namespace/name, such as shop/web (or shop/ for a whole namespace)`);
  }
  return ok(name === '' ? { namespace } : { namespace, name });
}

/** Parses a service; a whole namespace is refused. */
export function parseService(text: string): Result<Required<Scope>, string> {
  const scope = parseScope(text);
  if (!scope.ok) return scope;
  if (scope.value.name === undefined) return err(`"${text}" names a namespace: write namespace/name, such as shop/web`);
  return ok({ namespace: scope.value.namespace, name: scope.value.name });
}
