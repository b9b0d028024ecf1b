/** True or false; or, in the chart, what decides it there: a template expression. */
export type Condition = boolean | { readonly expression: string };

/** A value that the chart leaves open until somebody installs it: `chart.ts` turns it into `{{ expression }}`. */
export const hole = (expression: string): string => `⟦${expression}⟧`;

/** The same for a number, which must not be quoted. */
export const numberHole = (expression: string): string => `⟦plain ${expression}⟧`;

/** The same for a list or a map; the expression prints YAML. */
export const blockHole = (expression: string): string => `⟦block ${expression}⟧`;

/** The same for a list or a map that is left out, its key with it, where it is empty. */
export const optionalHole = (expression: string): string => `⟦optional ${expression}⟧`;

/** An item of a list, there only under the condition. */
export function itemIf(when: Condition, text: string): readonly string[] {
  if (typeof when === 'boolean') return when ? [text] : [];
  return [`⟦if ${when.expression}⟧${text}`];
}

/** A plain entry of a map, there only under the condition. */
export function entryIf(when: Condition, key: string, value: string | boolean): Readonly<Record<string, unknown>> {
  if (typeof when === 'boolean') return when ? { [key]: value } : {};
  return { [`⟦if ${when.expression}⟧${key}`]: value };
}

const OPTIONAL = /^( *)(\S+): ⟦optional ([^⟧]+)⟧$/;
const BLOCK = /^( *)(.*\S): ⟦block ([^⟧]+)⟧$/;
const CONDITIONAL = /^( *)(- )?⟦if ([^⟧]+)⟧(.*)$/;

/** YAML with holes as a Helm template. Throws where the YAML itself holds what Helm would take for its own. */
export function templateOf(yaml: string): string {
  if (yaml.includes('{{') || yaml.includes('}}')) throw new Error('the YAML holds {{ or }}, which Helm would evaluate');
  return yaml.split('\n').flatMap(templateLines).join('\n');
}

function templateLines(line: string): string[] {
  const optional = OPTIONAL.exec(line);
  if (optional !== null) {
    const [, indent = '', key = '', expression = ''] = optional;
    const inner = `{{- toYaml . | nindent ${indent.length + 2} }}`;
    return [`${indent}{{- with ${expression} }}`, `${indent}${key}:`, `${indent}  ${inner}`, `${indent}{{- end }}`];
  }
  const block = BLOCK.exec(line);
  if (block !== null) {
    const [, indent = '', key = '', expression = ''] = block;
    const depth = indent.length + (key.startsWith('- ') ? 2 : 0) + 2;
    return [`${indent}${key}:`, `${' '.repeat(depth)}{{- ${expression} | nindent ${depth} }}`];
  }
  const conditional = CONDITIONAL.exec(line);
  if (conditional !== null) {
    const [, indent = '', dash = '', expression = '', rest = ''] = conditional;
    return [`${indent}{{- if ${expression} }}`, `${indent}${dash}${filled(rest)}`, `${indent}{{- end }}`];
  }
  return [filled(line)];
}

/** A scalar that is one hole is quoted, whatever somebody writes into it. */
const filled = (line: string): string =>
  line
    .replace(/⟦plain ([^⟧]+)⟧/g, '{{ $1 }}')
    .replace(/(^|: |- )⟦([^⟧]+)⟧$/, '$1{{ $2 | quote }}')
    .replace(/⟦([^⟧]+)⟧/g, '{{ $1 }}');
