import { stringify } from 'yaml';

/** YAML that YAML 1.1 readers (kubectl among them) read the same way: `yes`, `on` and `12:30` come out quoted. */
export const yamlText = (value: unknown): string =>
  stringify(value, { compat: 'yaml-1.1', lineWidth: 120, aliasDuplicateObjects: false });
