import type { Facts } from '../facts.ts';
import { isFleetRead } from '../operationOf.ts';
import { type CallRule, type Findings, forbid, noData, note } from '../rule.ts';

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** G14: exactly one target, known by its UID. An empty set never means all. */
export const targetMustBeOne: CallRule = (facts) => {
  const { request, matches, blueprint } = facts.input;
  const { namespace, name } = request.target;
  const target = `${namespace}/${name}`;
  if (isFleetRead(request)) return [];
  const findings = [];
  if (!NAMESPACE.test(namespace) || !NAME.test(name)) {
    findings.push(forbid('NotOneTarget', `"${target}" does not name one object`, { target }));
  }
  // Kubernetes keeps the prefix for itself.
  if (namespace.startsWith('kube-')) {
    findings.push(forbid('SystemNamespace', `${namespace} is a system namespace`, { namespace }));
  }
  if (matches !== 1) {
    const code = matches > 1 ? 'SeveralTargets' : 'NoTarget';
    findings.push(forbid(code, `${matches} objects match ${target}, exactly one has to`, { target, matches }));
  }
  if (blueprint !== undefined) {
    const governs = `${blueprint.target.namespace}/${blueprint.target.name}`;
    if (governs !== target || blueprint.namespace !== namespace) {
      const message = `the blueprint stands in ${blueprint.namespace} and is for ${governs}: ${target} needs its own, beside it`;
      findings.push(forbid('NotGoverned', message, { target, governs }));
    }
  }
  return request.effect === 'change' ? [...findings, ...objectMustBeReal(facts, target)] : findings;
};

function objectMustBeReal({ input: { workload, admission } }: Facts, target: string): Findings {
  if (workload === undefined) return noData('forbid', { workload });
  const findings = [];
  const found = `${workload.namespace}/${workload.name}`;
  if (found !== target) {
    findings.push(forbid('WrongTarget', `${found} was observed, ${target} was asked for`, { target, found }));
  }
  if (workload.uid === '') findings.push(...noData('forbid', { uid: undefined }));
  if (workload.deleting) findings.push(forbid('TargetGone', `${target} is being deleted`, { target }));
  if (!workload.managed) {
    const message = `${target} does not carry the label fairlead.dev/managed: "true"`;
    findings.push((admission ? forbid : note)('NotManaged', message, { target }));
  }
  return findings;
}
