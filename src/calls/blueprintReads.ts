import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { differences, differenceWords } from '../schema/blueprint/difference.ts';
import { effective } from '../schema/blueprint/effective.ts';
import type { Fault } from '../schema/blueprint/fault.ts';
import { loadBlueprint } from '../schema/blueprint/load.ts';
import { NO_GLOBAL_RULES } from '../schema/blueprint.ts';

const FAULTS = 12;

/** Whether a text is a blueprint, by itself: the global rules and other blueprints are not looked at. */
export function validated(yaml: string): unknown {
  const loaded = loadBlueprint(yaml, 'the text');
  return loaded.ok ? { valid: true, name: loaded.value.name } : { valid: false, faults: faultLines(loaded.error) };
}

/** What a text would allow differently from the blueprint in force, under the same global rules. */
export function diffed({ blueprint, global, namespace }: ServiceView, yaml: string): Result<unknown, string> {
  if (blueprint === undefined)
    return err('no blueprint of that service is in force, so there is nothing to compare with');
  const loaded = loadBlueprint(yaml, 'the text');
  const read = loaded.ok ? effective(loaded.value, global ?? NO_GLOBAL_RULES, namespace) : loaded;
  if (!read.ok) return ok({ valid: false, faults: faultLines(read.error) });
  return ok({ against: blueprint.version, changes: differences(blueprint, read.value).map(differenceWords) });
}

const faultLines = (faults: readonly Fault[]): string[] =>
  faults.slice(0, FAULTS).map(({ line, message, fix }) => `line ${line}: ${message}; to mend it: ${fix}`);
