import { BLUEPRINT_RULES, GLOBAL_RULES, OBJECT_RULES } from '../../src/schema/blueprint/celRules.ts';
import { ALWAYS, CONDITION_VARIABLES, FUNCTIONS } from '../../src/schema/blueprint/condition.ts';
import { defaultsInForce } from '../../src/schema/blueprint/defaults.ts';
import { BlueprintFile, GlobalObject } from '../../src/schema/blueprint/document.ts';
import { loadBlueprint } from '../../src/schema/blueprint/load.ts';
import { GRANTABLE, OPERATION_WORDS, OPERATIONS } from '../../src/schema/operation.ts';
import { type Block, blocksOf, inResource } from './blueprintFields.ts';
import { code, codes, page, table } from './markdown.ts';

const SHORTEST = 'metadata: { name: web, version: 1.0.0 }\nspec: { scaling: { min_replicas: 2, max_replicas: 10 } }\n';

/** What the shortest blueprint leaves in force, by path in the file form. */
export function defaults(): ReadonlyMap<string, string> {
  const doc = loadBlueprint(SHORTEST, 'web.yaml');
  if (!doc.ok) throw new TypeError('the shortest blueprint does not load');
  const isFree = (why: string): boolean => !['safe default', 'the global rules may set another'].includes(why);
  return new Map(
    defaultsInForce(doc.value).map(({ path, value, why }) => [path, isFree(why) ? `${value}: ${why}` : value]),
  );
}

/** `docs/reference/blueprint.md`: every field, what it takes and what holds without it. */
export function blueprintPage(): string {
  const { spec } = GlobalObject.shape;
  return page(
    'Blueprint reference',
    "Every field of a blueprint and of the organisation's ClusterBlueprint: where it stands, what it takes, and what holds where it is left out.",
    'How to write one: [BLUEPRINT_FORMAT.md](../BLUEPRINT_FORMAT.md). What a fault means: [errors.md](errors.md#faults-of-blueprints).',
    'An unknown field is refused. `schemas/blueprint.schema.json` makes editors complete and check all of this.',
    '',
    '## The two forms',
    '',
    'A file has `metadata`, `spec`, `governance` and `verification` side by side; the custom resource',
    '(`apiVersion: fairlead.dev/v1alpha1`, `kind: Blueprint`) has the last two, and version, priority and criticality, in its `spec`.',
    '`fairlead convert` turns one into the other. Where no other place is named a field stands in the same one in both.',
    '',
    '## Fields of a blueprint',
    '',
    ...blocksOf(BlueprintFile, defaults()).flatMap(block),
    '## Fields of the ClusterBlueprint',
    '',
    "The organisation's rules: one ClusterBlueprint, named `default`. Without one there is no ceiling.",
    '',
    ...blocksOf(spec, new Map()).flatMap(({ path, means, fields }) => [
      `### ClusterBlueprint ${path === '' ? 'spec' : `spec.${path}`}`,
      '',
      ...(means === '' ? [] : [means, '']),
      ...table(
        ['Field', 'Takes', 'Left out', 'Means'],
        fields.map((field) => [code(`spec.${field.path}`), field.form, field.silent, field.means]),
      ),
    ]),
    '## What has to hold between fields',
    '',
    'The API server refuses these as `fairlead validate` does. Calendars, conditions and PromQL it cannot read: of those the',
    'condition `Accepted` of the custom resource tells.',
    '',
    ...table(
      ['At', 'Otherwise refused with'],
      [
        ...Object.entries(BLUEPRINT_RULES).flatMap(([path, rules]) =>
          rules.map(({ message, fieldPath = '' }) => [code(`spec.${path.replace('.[]', '[]')}${fieldPath}`), message]),
        ),
        ...OBJECT_RULES.map(({ message }) => ['`metadata.name`', message]),
        ...GLOBAL_RULES.map(({ message }) => ['ClusterBlueprint `metadata.name`', message]),
      ],
    ),
    '## Conditions',
    '',
    `\`condition\` of an entry of \`requires_approval\` is a CEL expression that gives true or false, or \`${ALWAYS}\`. It only adds`,
    'strictness: one that cannot be evaluated counts as true.',
    '',
    ...table(
      ['Variable', 'Type', 'Is'],
      Object.entries(CONDITION_VARIABLES).map(([name, [type, means]]) => [code(name), type, means]),
    ),
    `Besides operators it may call ${codes([...FUNCTIONS])}; no regular expression, and nothing that loops.`,
    '',
    '## Operations',
    '',
    ...table(
      ['Operation', 'Can be granted', 'Is'],
      OPERATIONS.map((operation) => [
        code(operation),
        GRANTABLE.some((one) => one === operation) ? 'yes' : 'never',
        OPERATION_WORDS[operation],
      ]),
    ),
  );
}

/** Where all of a block stands in the same place in both forms, the column that says so is left out. */
function block({ path, means, fields }: Block): string[] {
  const moves = fields.some((field) => inResource(field.path) !== field.path);
  const head = ['Field', ...(moves ? ['In the custom resource'] : []), 'Takes', 'Left out', 'Means'];
  const rows = fields.map((field) => {
    const there = moves ? [code(inResource(field.path))] : [];
    return [code(field.path), ...there, field.form, field.silent, field.means];
  });
  return [`### ${path}`, '', ...(means === '' ? [] : [means, '']), ...table(head, rows)];
}
