import { z } from 'zod';
import { ApprovalCard, ApprovalList, TakeAlternativeBody, VoteBody } from '../../schema/api/approvals.ts';
import { ApiError } from '../../schema/api/common.ts';
import {
  AskedAnew,
  BlueprintVersionList,
  BreakerList,
  InviteMade,
  TokenList,
  UserList,
} from '../../schema/api/lists.ts';
import { FirstRunBody, LoginBody, Me, TokenBody, TokenMade, UserBody, UserView } from '../../schema/api/people.ts';
import { DecisionDetail, DecisionList, JournalPage, QueueState } from '../../schema/api/records.ts';
import { RequestAnswer, RequestBody, WhatIfAnswer, WhatIfBody } from '../../schema/api/requests.ts';
import { PauseBody, ResumeBody, ServiceDetail, ServiceList } from '../../schema/api/services.ts';
import { Hold } from '../../schema/counters.ts';
import { ACCESS, type Access, type RouteKey, scopesOf } from './access.ts';
import { ApprovalQuery, DecisionQuery, ExportQuery, JournalQuery, ServiceQuery } from './routes/queries.ts';

/** What a route is for, and what it takes and gives where that has a shape. */
export interface Said {
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer?: z.ZodType;
}

const Holds = z.object({ holds: z.array(Hold) });

export const SAID: Readonly<Record<RouteKey, Said>> = {
  'GET /healthz': { summary: 'the process lives' },
  'GET /readyz': { summary: 'there is something to show' },
  'GET /api/openapi.json': { summary: 'this document' },
  'GET /.well-known/oauth-protected-resource': { summary: 'what kind of token /mcp takes' },
  'GET /.well-known/oauth-protected-resource/mcp': { summary: 'what kind of token /mcp takes' },
  'GET /mcp': { summary: 'Model Context Protocol: what the server says by itself' },
  'POST /mcp': { summary: 'Model Context Protocol over Streamable HTTP' },
  'DELETE /mcp': { summary: 'Model Context Protocol: end a session' },
  'POST /api/login': { summary: 'a session, by name and password', body: LoginBody },
  'POST /api/first-run': { summary: 'set a password by a one-time link', body: FirstRunBody },
  'POST /api/logout': { summary: 'end this session' },
  'GET /api/me': { summary: 'who the caller is', answer: Me },
  'GET /api/events': { summary: 'server-sent events: change, and a beat every five seconds' },
  'GET /api/approvals': { summary: 'requests that wait, or were decided', query: ApprovalQuery, answer: ApprovalList },
  'GET /api/approvals/:namespace/:name': { summary: 'one request with all to decide from', answer: ApprovalCard },
  'POST /api/approvals/:namespace/:name/vote': { summary: 'approve or reject', body: VoteBody, answer: ApprovalCard },
  'POST /api/approvals/:namespace/:name/evaluate': { summary: 'has the world moved?', answer: AskedAnew },
  'POST /api/approvals/:namespace/:name/alternative': {
    summary: 'reject it and ask for another change instead',
    body: TakeAlternativeBody,
    answer: AskedAnew,
  },
  'POST /api/requests': { summary: 'ask for a change in your own name', body: RequestBody, answer: RequestAnswer },
  'POST /api/what-if': {
    summary: 'what the gate would say to a change, without asking for it',
    body: WhatIfBody,
    answer: WhatIfAnswer,
  },
  'GET /api/services': { summary: 'every service', answer: ServiceList },
  'GET /api/services/:namespace/:name': { summary: 'one service', query: ServiceQuery, answer: ServiceDetail },
  'POST /api/services/:namespace/:name/pause': { summary: 'hold a service', body: PauseBody, answer: Holds },
  'POST /api/services/:namespace/:name/resume': { summary: 'lift its holds', body: ResumeBody, answer: Holds },
  'POST /api/namespaces/:namespace/pause': { summary: 'hold a namespace', body: PauseBody, answer: Holds },
  'POST /api/namespaces/:namespace/resume': { summary: 'lift its holds', body: ResumeBody, answer: Holds },
  'POST /api/fleet/pause': { summary: 'hold the cluster', body: PauseBody, answer: Holds },
  'POST /api/fleet/resume': { summary: 'lift its holds', body: ResumeBody, answer: Holds },
  'GET /api/decisions': { summary: 'decisions, newest first', query: DecisionQuery, answer: DecisionList },
  'GET /api/decisions/:namespace/:name': { summary: 'one decision as it went', answer: DecisionDetail },
  'GET /api/journal/export': {
    summary: 'one journal as it lies on disk, JSON lines, to be verified elsewhere',
    query: ExportQuery,
  },
  'GET /api/journal': {
    summary: 'the journal, newest first, and whether its chain is sound',
    query: JournalQuery,
    answer: JournalPage,
  },
  'GET /api/breakers': { summary: 'breakers and holds', answer: BreakerList },
  'GET /api/blueprints/:namespace/:name/versions': { summary: 'accepted versions', answer: BlueprintVersionList },
  'GET /api/queue': { summary: 'the queue of notices', answer: QueueState },
  'POST /api/queue/dead/:id/retry': { summary: 'try a notice that failed once more' },
  'GET /api/users': { summary: 'who may log in', answer: UserList },
  'PUT /api/users': { summary: 'add a person, or change their rights', body: UserBody, answer: UserView },
  'POST /api/users/:name/invite': { summary: 'a one-time link for them', answer: InviteMade },
  'GET /api/tokens': { summary: 'tokens, without their secrets', answer: TokenList },
  'POST /api/tokens': { summary: 'a new token; its secret is shown this once', body: TokenBody, answer: TokenMade },
  'DELETE /api/tokens/:id': { summary: 'revoke a token' },
};

/** OpenAPI 3.1 of every route, from the same schemas that bodies are checked with. */
export function openApi(version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const key of Object.keys(ACCESS) as RouteKey[]) {
    const [method = '', path = ''] = key.split(' ');
    const at = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[at] = { ...paths[at], [method.toLowerCase()]: operation(path, SAID[key], ACCESS[key]) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Fairlead gateway', version },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'fairlead' },
        token: { type: 'http', scheme: 'bearer' },
      },
      schemas: { ApiError: schemaOf(ApiError) },
    },
  };
}

function operation(
  path: string,
  { summary, query, body, answer }: Said,
  access: Access,
): Readonly<Record<string, unknown>> {
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(query === undefined ? [] : queryParameters(query)),
  ];
  return {
    summary,
    ...(access.kind !== 'public' && { description: rights(access) }),
    security: SECURITY[access.kind],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: {
      '2XX': { description: 'done', ...(answer && { content: { 'application/json': { schema: schemaOf(answer) } } }) },
      default: {
        description: 'what went wrong and what to do',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/ApiError' } } },
      },
    },
  };
}

function queryParameters(query: z.ZodObject): readonly object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

const SECURITY = {
  public: [],
  session: [{ session: [] }],
  token: [{ token: [] }],
  login: [{ session: [] }, { token: [] }],
} as const satisfies Readonly<Record<Access['kind'], unknown>>;

/** Who may call it, in words. */
export function rights(access: Exclude<Access, { kind: 'public' }>): string {
  if (access.kind === 'token')
    return `the role ${access.role}, by a token with the scope ${access.scopes.join(' or ')}`;
  if (access.kind === 'session') return `a session with the role ${access.role}; no token`;
  const scopes = scopesOf(access);
  return `the role ${access.role}${scopes.length === 0 ? '' : `; of a token the scope ${scopes.join(' and ')}`}`;
}

function schemaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'output' }) as Record<string, unknown>;
  return rest;
}
