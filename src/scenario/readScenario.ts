import { type Document, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { err, ok, type Result } from '../kernel/result.ts';
import { Scenario } from './format.ts';

/** A scenario from its text, or every fault in words: where, what was wrong. */
export function readScenario(text: string, file: string): Result<Scenario, string> {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const [broken] = document.errors;
  if (broken !== undefined) return err(`${file}: not YAML: ${broken.message.split('\n')[0]}`);
  if (hasAlias(document)) return err(`${file}: the format has no anchors and aliases; write the value out`);
  const parsed = Scenario.safeParse(document.toJS());
  if (parsed.success) return ok(parsed.data);
  return err(`${file} is no scenario of format 1:\n${z.prettifyError(parsed.error)}`);
}

function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}
