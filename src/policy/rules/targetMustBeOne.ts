import type { Finding } from '../../schema/verdict.ts';
import type { Workload } from '../../schema/workload.ts';
import type { Facts } from '../facts.ts';
import { forbid, noData, note } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { FLEET_READS } from './operationMustBeGranted.ts';

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** G14: exactly one target, known by its UID. An empty set never means all. */
export const targetMustBeOne: Rule<Facts> = (facts) => {
  const { request, matches, workload, blueprint } = facts.input;
  const { namespace, name } = request.target;
  const target = `${namespace}/${name}`;
  if (facts.call === 'read' && FLEET_READS.has(request.tool) && target === '/') return [];
  const findings: Finding[] = [];
  if (!NAMESPACE.test(namespace) || !NAME.test(name)) {
    findings.push(forbid('G14', 'NotOneTarget', `"${target}" does not name one object`, { target }));
  }
  // Kubernetes keeps the prefix for itself.
  if (namespace.startsWith('kube-')) {
    findings.push(forbid('G14', 'SystemNamespace', `${namespace} is a system namespace`, { namespace }));
  }
  if (matches !== 1) {
    const code = matches > 1 ? 'SeveralTargets' : 'NoTarget';
    findings.push(forbid('G14', code, `${matches} objects match ${target}, exactly one has to`, { target, matches }));
  }
  if (blueprint !== undefined && (blueprint.target.namespace !== namespace || blueprint.target.name !== name)) {
    const governs = `${blueprint.target.namespace}/${blueprint.target.name}`;
    findings.push(forbid('G14', 'NotGoverned', `the blueprint governs ${governs}, not ${target}`, { target, governs }));
  }
  if (blueprint !== undefined && blueprint.namespace !== blueprint.target.namespace) {
    const message = `a blueprint governs its own namespace ${blueprint.namespace} only, not ${blueprint.target.namespace}`;
    findings.push(forbid('G14', 'ForeignNamespace', message, { target, namespace: blueprint.namespace }));
  }
  if (facts.call === 'change' || facts.call === 'undo') findings.push(...objectMustBeReal(facts, workload, target));
  return findings;
};

function objectMustBeReal({ input }: Facts, workload: Workload | undefined, target: string): readonly Finding[] {
  if (workload === undefined) return noData('G14', 'forbid', { workload });
  const findings: Finding[] = [];
  const found = `${workload.namespace}/${workload.name}`;
  if (found !== target) {
    findings.push(forbid('G14', 'WrongTarget', `${found} was observed, ${target} was asked for`, { target, found }));
  }
  if (workload.uid === '') findings.push(...noData('G14', 'forbid', { uid: undefined }));
  if (workload.deleting) findings.push(forbid('G14', 'TargetGone', `${target} is being deleted`, { target }));
  if (!workload.managed) {
    const message = `${target} does not carry the label fairlead.dev/managed: "true"`;
    findings.push(
      input.admission
        ? forbid('G14', 'NotManaged', message, { target })
        : note('G14', 'NotManaged', message, { target }),
    );
  }
  return findings;
}
