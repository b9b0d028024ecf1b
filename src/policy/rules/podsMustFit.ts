import { podShortfalls, quotaShortfalls } from '../../schema/fit.ts';
import { type ChangeRule, forbid, noData } from '../rule.ts';

/** G16: new pods that a quota, a LimitRange or the largest node has no room for would only stand still. */
export const podsMustFit: ChangeRule = ({ rolls, repairs, field, template, workload, containersAfter }) => {
  // Where nothing could be written nothing has to fit: G18 refuses.
  if (!rolls || (template === undefined && field !== 'template')) return [];
  // Going back from pods that fail to those that still run starts none.
  if (template?.kind === 'rollback' && repairs === 'rollout') return [];
  const found = [
    ...quotaShortfalls(workload, containersAfter),
    ...(template === undefined ? [] : podShortfalls(workload, containersAfter)),
  ];
  const blind = template?.kind === 'resources' && workload.nodes === undefined;
  return [
    ...found.map(({ code, message, values }) => forbid(code, message, values)),
    ...(blind ? noData('forbid', { nodes: undefined }) : []),
  ];
};
