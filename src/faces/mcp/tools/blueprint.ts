import { z } from 'zod';
import { fencedLines } from '../../../agents/untrusted.ts';
import type { BlueprintVersion } from '../../../schema/api/services.ts';
import { Yaml } from '../../../tools/yaml.ts';
import { answered, judged } from '../gate.ts';
import { type Asked, PairName, serviceAsked } from '../services.ts';
import { given, lines, ours, theirs } from '../told.ts';
import { type Answer, type Call, defineMcpTool, READS, refused, told, unjudged } from '../tool.ts';
import { asData } from './evidence.ts';

const MOST_YAML = 14_000;
const IN_WORDS = 4_000;
const VERSIONS = 15;

export const blueprint = defineMcpTool({
  name: 'fairlead_blueprint',
  title: 'Blueprint',
  description:
    'The rules of a service: current text, its versions, diff (what yaml would allow differently), validate (faults of yaml with fixes). Changes nothing: people apply blueprints.',
  scope: 'read',
  role: 'viewer',
  annotations: READS,
  input: z.strictObject({
    what: z.enum(['current', 'versions', 'diff', 'validate']).default('current'),
    service: PairName.optional().describe('namespace/name; all but validate'),
    yaml: Yaml.optional().describe('diff, validate'),
  }),
  output: z.object({ what: z.string(), text: z.string().optional(), seen: z.unknown().optional() }),
  async run({ what, service, yaml }, call) {
    if (what === 'validate') {
      if (yaml === undefined) return unjudged('validate wants yaml: the text of the blueprint.');
      return seenOf(call, what, { tool: 'validate_blueprint', args: { yaml }, of: undefined });
    }
    if (service === undefined) return unjudged(`${what} wants service, as namespace/name.`);
    const asked = serviceAsked(call.desk, service);
    if (what !== 'diff') return versions(call, what, service, asked);
    if (yaml === undefined) return unjudged('diff wants yaml: the text to compare with the blueprint in force.');
    return seenOf(call, what, { tool: 'diff_blueprint', args: { yaml }, of: asked });
  },
});

async function seenOf(call: Call, what: string, read: Parameters<typeof answered>[1]): Promise<Answer> {
  const found = await answered(call, read);
  if (!found.ok) return found.error;
  const seen = asData(found.value);
  return told(JSON.stringify(seen), { what, seen });
}

async function versions(call: Call, what: 'current' | 'versions', service: string, asked: Asked): Promise<Answer> {
  const allowed = await judged(call, { tool: 'get_service', args: { of: `blueprint ${what}` }, of: asked });
  if (!allowed.ok) return allowed.error;
  const list = await call.desk.views.blueprintVersions(asked.namespace, asked.name);
  if (!list.ok) return refused(ours(list.error.message));
  const { items } = list.value;
  if (what === 'versions') {
    const rows = items.slice(0, VERSIONS).map(versionRow);
    return told(
      lines(
        `Blueprint of ${service}, newest first:`,
        ...rows.map(({ version, state, at, says }) => `- ${version} ${state} ${at}: ${says}`),
      ),
      { what, service, versions: rows },
    );
  }
  const current = items.find(({ state }) => state === 'in force');
  if (current === undefined)
    return refused(`No version of the blueprint of ${service} is in force: versions says why.`);
  const text = fencedLines('blueprint', current.spec, MOST_YAML);
  const { version, hash } = current;
  return told(
    lines(
      `Blueprint of ${service}, version ${ours(version, 64)}, in force:`,
      fencedLines('blueprint', current.spec, IN_WORDS),
    ),
    {
      what,
      service,
      version: ours(version, 64),
      hash,
      text,
      ...given('refused', refusedOf(items)),
    },
  );
}

const versionRow = ({ version, hash, at, state, text }: BlueprintVersion) => ({
  version: ours(version, 64),
  hash,
  at,
  state,
  says: theirs(text),
});

/** A newer version that is not in force, and why. */
const refusedOf = (items: readonly BlueprintVersion[]): string | undefined => {
  const found = items.find(({ state }) => state === 'refused');
  return found && `${ours(found.version, 64)}: ${theirs(found.text)}`;
};
