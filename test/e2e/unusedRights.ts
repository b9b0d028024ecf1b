import { type Account, RIGHTS } from '../../src/install/rights.ts';
import type { AuditWrite } from '../cluster/harness.ts';

/** What an account may do and was not seen to do, a line each. */
export function unused(asked: readonly AuditWrite[], account: Account): string[] {
  const did = new Set(
    asked.map(({ verb, objectRef }) => {
      const { apiGroup = '', resource = '', subresource = '' } = objectRef ?? {};
      return `${verb} ${subresource === '' ? resource : `${resource}/${subresource}`} ${apiGroup}`;
    }),
  );
  const seen = (verb: string, resource: string, group: string): boolean =>
    resource === '*'
      ? [...did].some((one) => one.startsWith(`${verb} `) && one.endsWith(` ${group}`))
      : did.has(`${verb} ${resource} ${group}`);
  const lines = RIGHTS[account].flatMap(({ group, resources, verbs }) =>
    resources.flatMap((resource) =>
      verbs
        .filter((verb) => !seen(verb, resource, group))
        .map((verb) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`),
    ),
  );
  return [...new Set(lines)];
}
