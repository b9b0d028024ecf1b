import { isFleetRead } from '../operationOf.ts';
import { type CallRule, forbid, noData } from '../rule.ts';

/** Names of calls that reach for what nobody may hand to a model, whatever they are called exactly. */
const REACHES_FOR =
  /delete|remove|destroy|exec|attach|port.?forward|secret|rbac|role|service.?account|webhook|admission|crd|custom.?resource|node|namespace|cordon|drain/i;

/** G22: the floor of all floors. What stands here no blueprint can grant. */
export const protectedThingsMustBeLeft: CallRule = ({ input, call, operation }) => {
  const { ownNamespace, request, blueprint } = input;
  if (ownNamespace === '') return noData('forbid', { ownNamespace: undefined });
  const touched = isFleetRead(request)
    ? []
    : [request.target.namespace, blueprint?.namespace, blueprint?.target.namespace];
  const findings = ['kube-system', ownNamespace]
    .filter((namespace) => touched.includes(namespace))
    .map((namespace) =>
      forbid('ProtectedNamespace', `${namespace} is never touched, whatever a blueprint says`, { namespace }),
    );
  if (call === 'unknown' && REACHES_FOR.test(operation)) {
    findings.push(forbid('NotExpressible', `${operation} is not expressible: no blueprint grants it`, { operation }));
  }
  return findings;
};
