import type { Finding } from '../../schema/verdict.ts';
import type { Facts } from '../facts.ts';
import { forbid, noData } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { FLEET_READS } from './operationMustBeGranted.ts';

/** Names of calls that reach for what nobody may hand to a model, whatever they are called exactly. */
const REACHES_FOR =
  /delete|remove|destroy|exec|attach|port.?forward|secret|rbac|role|service.?account|webhook|admission|crd|custom.?resource|node|namespace|cordon|drain/i;

/** G22: the floor of all floors. What stands here no blueprint can grant. */
export const protectedThingsMustBeLeft: Rule<Facts> = (facts) => {
  const { ownNamespace, request, blueprint } = facts.input;
  if (ownNamespace === '') return noData('G22', 'forbid', { ownNamespace: undefined });
  const findings: Finding[] = [];
  const isFleetRead = facts.call === 'read' && FLEET_READS.has(request.tool);
  const touched = new Set([request.target.namespace, ...(isFleetRead ? [] : [blueprint?.target.namespace])]);
  for (const namespace of ['kube-system', ownNamespace]) {
    if (!touched.has(namespace)) continue;
    findings.push(
      forbid('G22', 'ProtectedNamespace', `${namespace} is never touched, whatever a blueprint says`, { namespace }),
    );
  }
  if (facts.call === 'unknown' && REACHES_FOR.test(facts.operation)) {
    const message = `${facts.operation} is not expressible here: no blueprint can grant it`;
    findings.push(forbid('G22', 'NotExpressible', message, { operation: facts.operation }));
  }
  return findings;
};
