import { parseAllDocuments } from 'yaml';
import { BlueprintFile } from '../../../src/schema/blueprint/document.ts';
import { SHORT } from '../../../src/schema/blueprint/fixtures.ts';
import { blueprintFrom, type globalFrom, loadBlueprint, loadGlobal } from '../../../src/schema/blueprint/load.ts';
import { readYaml } from '../../../src/schema/blueprint/readYaml.ts';
import { GROUP } from '../../../src/schema/kube.ts';
import { ApprovalRequestSpec, CircuitBreakerSpec, DecisionSpec } from '../../../src/schema/records.ts';
import type { Fence } from './fences.ts';

interface Found {
  readonly code: string;
  readonly message: string;
}
type Fields = Readonly<Record<string, unknown>>;

const RECORDS = {
  Decision: DecisionSpec,
  ApprovalRequest: ApprovalRequestSpec,
  CircuitBreaker: CircuitBreakerSpec,
} as const;
const FILE_KEYS: ReadonlySet<string> = new Set(Object.keys(BlueprintFile.shape));
const SPEC_KEYS: ReadonlySet<string> = new Set(Object.keys(BlueprintFile.shape.spec.shape));

/** What is wrong with a `yaml` block; `refused=CODE` turns it round: it must have that fault. */
export function yamlFaults({ text, info }: Fence): readonly string[] {
  const wanted = info['refused'];
  const found = text
    .split(/^---$/m)
    .filter((part) => part.trim() !== '')
    .flatMap((part) => faultsOf(part, 'other' in info));
  if (wanted === undefined) return found.map(({ code, message }) => `${code}: ${message}`);
  if (found.some(({ code }) => code === wanted)) return [];
  return [`is not refused with ${wanted}, but with ${found.map(({ code }) => code).join(', ') || 'nothing'}`];
}

function faultsOf(text: string, isOther: boolean): readonly Found[] {
  const broken = parseAllDocuments(text).flatMap(({ errors }) => errors);
  const value: unknown = broken.length === 0 ? parseAllDocuments(text)[0]?.toJS() : undefined;
  const keys = isMap(value) ? Object.keys(value) : [];
  if (isMap(value) && keys.includes('apiVersion')) return ofObject(value, text);
  if (isOther || (isMap(value) && !keys.some((key) => FILE_KEYS.has(key) || SPEC_KEYS.has(key)))) {
    return broken.map(({ code, message }) => ({ code, message }));
  }
  if (keys.includes('metadata') && keys.includes('spec')) return ofLoaded(loadBlueprint(text, 'the block'));
  // Faults of the text itself, such as a key that stands there twice, are gone once it is merged.
  const source = readYaml(text, 'the block');
  if (!source.ok) return source.error;
  return ofLoaded(blueprintFrom(merged(shortest(), inPlace(isMap(value) ? value : {})), 'the block'));
}

function ofObject(value: Fields, text: string): readonly Found[] {
  const { apiVersion, kind } = value;
  if (!String(apiVersion).startsWith(`${GROUP}/`)) return [];
  if (kind === 'Blueprint') return ofLoaded(loadBlueprint(text, 'the block'));
  if (kind === 'ClusterBlueprint') return ofLoaded(loadGlobal(text, 'the block'));
  const schema = Object.entries(RECORDS).find(([name]) => name === kind)?.[1];
  if (schema === undefined) return [{ code: 'WrongKind', message: `${String(kind)} is none of our kinds` }];
  const parsed = schema.safeParse(value['spec']);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({
        code: 'WrongShape',
        message: `spec.${path.join('.')}: ${message}`,
      }));
}

const ofLoaded = (loaded: ReturnType<typeof loadBlueprint> | ReturnType<typeof globalFrom>): readonly Found[] =>
  loaded.ok ? [] : loaded.error;

function shortest(): Fields {
  const source = readYaml(SHORT, 'the shortest blueprint');
  if (!source.ok || !isMap(source.value.value)) throw new Error('the shortest blueprint does not load');
  return source.value.value;
}

/** A fragment that begins with a field of `spec` stands below it. */
function inPlace(fragment: Fields): Fields {
  const entries = Object.entries(fragment);
  const below = entries.filter(([key]) => !FILE_KEYS.has(key) && SPEC_KEYS.has(key));
  const above = entries.filter(([key]) => FILE_KEYS.has(key) || !SPEC_KEYS.has(key));
  return below.length === 0 ? fragment : merged(Object.fromEntries(above), { spec: Object.fromEntries(below) });
}

function merged(under: Fields, over: Fields): Fields {
  const all = new Map<string, unknown>(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = all.get(key);
    all.set(key, isMap(below) && isMap(value) ? merged(below, value) : value);
  }
  return Object.fromEntries(all);
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
