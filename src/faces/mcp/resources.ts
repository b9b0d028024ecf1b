import {
  ErrorCode,
  McpError,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplate,
} from '@modelcontextprotocol/sdk/types.js';
import { plainLines } from '../../kernel/plainText.ts';
import { editorSchema } from '../../schema/editorSchema.ts';
import { judged } from './gate.ts';
import { RULE_NUMBERS, RULES_PAGE, ruleText } from './ruleTexts.ts';
import { PairName, serviceAsked, serviceNames } from './services.ts';
import { ours } from './told.ts';
import type { Call, McpTool } from './tool.ts';
import { approvals } from './tools/approvals.ts';
import { why } from './tools/why.ts';

const PAGE = 100;
const NEWEST = 20;
const NOT_FOUND = -32002;
const MOST_YAML = 100_000;

/** Of the blueprint, written once. */
let schemaText: string | undefined;

const JSON_TYPE = 'application/json';

export const FIXED: readonly Resource[] = [
  {
    uri: 'fairlead://schema/blueprint',
    name: 'blueprint schema',
    description: 'JSON Schema of a blueprint, with every field and its default',
    mimeType: 'application/schema+json',
  },
  {
    uri: 'fairlead://rules',
    name: 'rules',
    description: 'What each rule of the gate holds back, and what to do',
    mimeType: 'text/markdown',
  },
];

export const TEMPLATES: readonly ResourceTemplate[] = [
  {
    uriTemplate: 'fairlead://blueprints/{namespace}/{name}',
    name: 'blueprint',
    description: 'The blueprint in force of a service',
    mimeType: 'application/yaml',
  },
  {
    uriTemplate: 'fairlead://decisions/{namespace}/{name}',
    name: 'decision',
    description: 'One decision as it went',
    mimeType: JSON_TYPE,
  },
  {
    uriTemplate: 'fairlead://approvals/{namespace}/{name}',
    name: 'approval',
    description: 'One request to approvers',
    mimeType: JSON_TYPE,
  },
  {
    uriTemplate: 'fairlead://rules/{rule}',
    name: 'rule',
    description: 'One rule of the gate, such as G12',
    mimeType: 'text/markdown',
  },
];

/** What there is to read now: the fixed texts, every blueprint, what waits for people, and the newest decisions. */
export async function resourcesPage(
  call: Call,
  cursor: string | undefined,
): Promise<{ resources: Resource[]; nextCursor?: string }> {
  await lookAround(call, 'resources');
  const { views } = call.desk;
  const [open, newest] = await Promise.all([views.approvalList(call.caller.who, {}), views.decisionList({})]);
  const all: Resource[] = [
    ...FIXED,
    ...serviceNames(call.desk).map((name) => named('blueprints', name, 'application/yaml')),
    ...(open.ok ? open.value.items : []).map(({ namespace, name }) =>
      named('approvals', `${namespace}/${name}`, JSON_TYPE),
    ),
    ...(newest.ok ? newest.value.items : [])
      .slice(0, NEWEST)
      .map(({ namespace, name }) => named('decisions', `${namespace}/${name}`, JSON_TYPE)),
  ];
  const from = cursor === undefined ? 0 : Number(/^\d{1,6}$/.exec(cursor)?.[0] ?? Number.NaN);
  if (Number.isNaN(from)) throw new McpError(ErrorCode.InvalidParams, 'that cursor is of no list: leave it out');
  const resources = all.slice(from, from + PAGE);
  return { resources, ...(from + PAGE < all.length && { nextCursor: String(from + PAGE) }) };
}

const named = (kind: 'blueprints' | 'approvals' | 'decisions', name: string, mimeType: string): Resource => ({
  uri: `fairlead://${kind}/${ours(name)}`,
  name: `${kind.slice(0, -1)} ${ours(name)}`,
  mimeType,
});

const URI =
  /^fairlead:\/\/(?:schema\/(blueprint)|(rules)(?:\/(G\d{1,2}))?|(blueprints|decisions|approvals)\/([a-z0-9][-a-z0-9]{0,62}\/[a-z0-9][-a-z0-9.]{0,252}))$/i;

export const isResource = (uri: string): boolean => URI.test(uri);

/** A read like that of a tool: judged, on record, with the same care for the words of others. */
export async function readResource(uri: string, call: Call): Promise<ReadResourceResult> {
  const [, schema, rules, rule, kind, name = ''] = URI.exec(uri) ?? [];
  const content = (mimeType: string, text: string): ReadResourceResult => ({ contents: [{ uri, mimeType, text }] });
  if (schema !== undefined) {
    schemaText ??= JSON.stringify(editorSchema());
    return content('application/schema+json', schemaText);
  }
  if (rules !== undefined) {
    const text = rule === undefined ? RULES_PAGE : ruleText(rule);
    return text === undefined ? notFound(uri) : content('text/markdown', text);
  }
  switch (kind?.toLowerCase()) {
    case 'blueprints':
      return content('application/yaml', await blueprintText(uri, name, call));
    case 'decisions':
      return content(JSON_TYPE, await toldBy(why, { decision: name, detail: 'full' }, uri, call));
    case 'approvals':
      return content(JSON_TYPE, await toldBy(approvals, { approval: name }, uri, call));
    default:
      return notFound(uri);
  }
}

async function blueprintText(uri: string, service: string, call: Call): Promise<string> {
  if (!PairName.safeParse(service).success) return notFound(uri);
  const asked = serviceAsked(call.desk, service);
  const allowed = await judged(call, { tool: 'get_service', args: { of: 'blueprint' }, of: asked });
  if (!allowed.ok) throw new McpError(NOT_FOUND, allowed.error.text, { uri });
  const versions = await call.desk.views.blueprintVersions(asked.namespace, asked.name);
  const current = versions.ok ? versions.value.items.find(({ state }) => state === 'in force') : undefined;
  return current === undefined ? notFound(uri) : plainLines(current.spec.slice(0, MOST_YAML));
}

async function toldBy(tool: McpTool, args: object, uri: string, call: Call): Promise<string> {
  if (!tool.input.safeParse(args).success) return notFound(uri);
  const answer = await tool.run(args, call);
  if (answer.kind !== 'told') throw new McpError(NOT_FOUND, answer.text, { uri });
  return JSON.stringify(answer.data, null, 1);
}

async function lookAround(call: Call, what: string): Promise<void> {
  const allowed = await judged(call, { tool: 'list_services', args: { of: what }, of: undefined });
  if (!allowed.ok) throw new McpError(ErrorCode.InternalError, allowed.error.text);
}

function notFound(uri: string): never {
  throw new McpError(NOT_FOUND, 'there is no such resource: resources/list and the templates tell what there is', {
    uri,
  });
}

/** Values of a template's variable that begin so. */
export async function resourceValues(
  call: Call,
  template: string,
  variable: string,
  begun: string,
  chosen: Readonly<Record<string, string>>,
): Promise<string[]> {
  if (variable === 'rule') return RULE_NUMBERS.filter((id) => id.startsWith(begun.toUpperCase()));
  const names = await namesOf(call, template);
  const [namespace] = [chosen['namespace']];
  const values =
    variable === 'namespace'
      ? names.map(({ namespace: one }) => one)
      : names.filter((one) => namespace === undefined || one.namespace === namespace).map(({ name }) => name);
  return [...new Set(values)].filter((value) => value.startsWith(begun));
}

async function namesOf(
  call: Call,
  template: string,
): Promise<readonly { readonly namespace: string; readonly name: string }[]> {
  const { views } = call.desk;
  if (template.includes('//decisions/')) {
    const list = await views.decisionList({});
    return list.ok ? list.value.items : [];
  }
  if (template.includes('//approvals/')) {
    const list = await views.approvalList(call.caller.who, {});
    return list.ok ? list.value.items : [];
  }
  return serviceNames(call.desk).map((name) => ({
    namespace: name.split('/')[0] ?? '',
    name: name.split('/')[1] ?? '',
  }));
}
