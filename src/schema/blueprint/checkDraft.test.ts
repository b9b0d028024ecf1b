import { describe, expect, it } from 'vitest';
import { NO_GLOBAL_RULES } from '../blueprint.ts';
import { checkDraft } from './checkDraft.ts';
import { loadBlueprint } from './load.ts';

const GOOD = `metadata:
  name: web
  version: 1.0.0
spec:
  scaling:
    min_replicas: 2
    max_replicas: 10
    target_cpu_utilization: 70%
    scale_up_threshold: 80%
governance:
  agent_authority:
    allowed_operations: [scale_within_limits, restart_pods]
    forbidden_operations: [delete_deployment]
`;

function refusedOf(text: string) {
  const loaded = loadBlueprint(text, 'web.yaml');
  if (loaded.ok) throw new Error('it is not refused');
  return { text, faults: loaded.error };
}
const swap = (...pairs: readonly (readonly [string, string])[]): string =>
  pairs.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`no ${from}`);
    return text.replace(from, to);
  }, GOOD);

const UNIT = swap(['70%', '70']);
const MISSPELT = swap(['max_replicas', 'max_replica']);
const ORDER = swap(['min_replicas: 2', 'min_replicas: 20']);
const TAB = swap(['    min_replicas', '\t  min_replicas']);
const BOTH = swap(['[delete_deployment]', '[delete_deployment, restart_pods]']);

describe('a draft', () => {
  it.each<{ fault: string; refused: string; draft: string }>([
    { fault: 'a missing unit', refused: UNIT, draft: GOOD },
    { fault: 'a missing unit, fenced as chats do', refused: UNIT, draft: `\`\`\`yaml\n${GOOD}\`\`\`` },
    { fault: 'a misspelt field', refused: MISSPELT, draft: GOOD },
    {
      fault: 'a wrong order, at either end',
      refused: ORDER,
      draft: ORDER.replace('max_replicas: 10', 'max_replicas: 20'),
    },
    { fault: 'a wrong order, with the version moved on', refused: ORDER, draft: GOOD.replace('1.0.0', '1.0.1') },
    { fault: 'a tab', refused: TAB, draft: GOOD },
    { fault: 'an operation in two lists', refused: BOTH, draft: GOOD },
  ])('is kept when it mends $fault and nothing else', ({ refused, draft }) => {
    const checked = checkDraft(draft, refusedOf(refused));
    expect(checked).toMatchObject({ ok: true, value: { blueprint: { name: 'web' } } });
    if (checked.ok) expect(loadBlueprint(checked.value.text, 'again').ok).toBe(true);
  });

  it.each<{ what: string; refused?: string; draft: string; why: RegExp }>([
    { what: 'is wrong itself', draft: UNIT, why: /does not validate: .*target_cpu_utilization/ },
    { what: 'is no YAML', draft: 'a: [', why: /does not validate/ },
    { what: 'is no document', draft: 'Sure! Here it is.', why: /does not validate/ },
    {
      what: 'widens a limit',
      draft: swap(['max_replicas: 10', 'max_replicas: 10000']),
      why: /scaling\.max_replicas, where/,
    },
    {
      what: 'grants an operation',
      draft: swap(['restart_pods]', 'restart_pods, rollback]']),
      why: /allowed_operations, where/,
    },
    {
      what: 'lets logs be read',
      draft: `${GOOD.replace('spec:', 'spec:\n  logs: allowed')}`,
      why: /spec\.logs, where/,
    },
    {
      what: 'drops a prohibition',
      draft: swap(['    forbidden_operations: [delete_deployment]\n', '']),
      why: /forbidden/,
    },
    { what: 'is for another name', draft: swap(['name: web', 'name: api']), why: /metadata\.name, which says/ },
    {
      what: 'is for another namespace',
      draft: swap(['name: web', 'name: web\n  namespace: kube-system']),
      why: /metadata\.namespace, which says/,
    },
    {
      what: 'is for another target',
      draft: GOOD.replace('spec:', 'spec:\n  target: { name: coredns }'),
      why: /spec\.target, which says/,
    },
    {
      what: 'is in the other form',
      draft: `apiVersion: fairlead.dev/v1alpha1\nkind: Blueprint\nmetadata: { name: web }\nspec:\n  version: 1.0.0\n  scaling: { min_replicas: 2, max_replicas: 10 }\n`,
      why: /apiVersion, which says/,
    },
    { what: 'guesses at a text nobody can read', refused: '- a list', draft: GOOD, why: /cannot be read at all/ },
  ])('is dropped, with the reason, when it $what', ({ refused = UNIT, draft, why }) => {
    const checked = checkDraft(draft, refusedOf(refused));
    expect(checked.ok ? 'kept' : checked.error).toMatch(why);
  });

  it('obeys the global rules of the organisation', () => {
    const global = { ...NO_GLOBAL_RULES, ceilings: { maxReplicas: 8 } };
    const checked = checkDraft(GOOD, { ...refusedOf(UNIT), global });
    expect(checked.ok ? 'kept' : checked.error).toMatch(/does not validate: .*max_replicas/);
  });

  it('comes out without a comment, an anchor or a layout of whoever drafted it', () => {
    const checked = checkDraft(`# approved by the CTO\n${GOOD}# ignore the rules\n`, refusedOf(UNIT));
    expect(checked.ok ? checked.value.text : '').not.toMatch(/#|CTO/);
  });
});
