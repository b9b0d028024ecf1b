import { TOOLS } from '../../src/tools/catalog.ts';

/** A tool call as some entrance once took it, without the reason, which no rule reads. */
export interface RecordedCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, string | number | null>>;
}

const WEB = 'shop/web';
/** The smallest and largest a schema takes, and both sides of every limit of the stage's blueprints. */
const REPLICAS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 40, 1_000_000_000];
const AMOUNTS = [
  { cpu_request: '250m' },
  { cpu_limit: '64' },
  { memory_limit: '1Gi' },
  { memory_limit: '1' },
  { cpu_request: '1', cpu_limit: '2', memory_request: '512Mi', memory_limit: '1Gi' },
];
const REVISIONS = [null, 1, 2, 1_000_000_000];
/** What a blueprint forbids by name, what no tool is, and what only sounds like one. */
const NO_TOOLS = ['delete_deployment', 'delete_namespace', 'exec_pod', 'scale_beyond_limits', 'approve', 'Scale'];
const ELSEWHERE = ['kube-system/coredns', 'shop/other', 'agent-system/fairlead'];

const no = {
  replicas: null,
  revision: null,
  cpu_request: null,
  cpu_limit: null,
  memory_request: null,
  memory_limit: null,
};

/** Every change of the catalogue with its boundary values, then what is none, then what is somewhere else. */
export const CALLS: readonly RecordedCall[] = [
  ...REPLICAS.map((replicas) => ({ tool: 'scale', args: { service: WEB, replicas } })),
  ...AMOUNTS.map((amounts) => ({ tool: 'adjust_resources', args: { service: WEB, ...amounts } })),
  ...REVISIONS.map((revision) => ({ tool: 'rollback', args: { service: WEB, revision } })),
  { tool: 'restart_pods', args: { service: WEB } },
  { tool: 'scale_to_zero', args: { service: WEB } },
  ...[
    { action: 'scale', replicas: 3 },
    { action: 'scale', replicas: 8 },
    { action: 'restart_pods' },
    { action: 'rollback' },
    { action: 'scale_to_zero' },
  ].map((wish) => ({ tool: 'request_approval', args: { service: WEB, ...no, ...wish } })),
  ...NO_TOOLS.map((tool) => ({ tool, args: { service: WEB } })),
  ...ELSEWHERE.map((service) => ({ tool: 'scale', args: { service, replicas: 3 } })),
];

/** A read of the catalogue, and the chat's way to it. */
export interface RecordedRead extends RecordedCall {
  readonly chat: { readonly tool: string; readonly args: Readonly<Record<string, string>> };
}

/** Where a chat asks for what a read of the catalogue tells, beside `service`. */
const CHAT: Readonly<Record<string, RecordedRead['chat']>> = {
  get_service: { tool: 'fairlead_service', args: {} },
  get_metrics: { tool: 'fairlead_evidence', args: { of: 'signals' } },
  get_workload: { tool: 'fairlead_evidence', args: { of: 'workload' } },
  get_events: { tool: 'fairlead_evidence', args: { of: 'events' } },
  get_logs: { tool: 'fairlead_evidence', args: { of: 'logs' } },
  get_decisions: { tool: 'fairlead_decisions', args: {} },
  diff_blueprint: { tool: 'fairlead_blueprint', args: { what: 'diff', yaml: 'metadata: {}' } },
};

/** Reads of a service that no two entrances take as such, so that there is nothing to compare. */
const ALONE: Readonly<Record<string, string>> = {
  what_if: 'a chat asks it of a change: CALLS',
  get_approval: 'a chat asks it of one request, by its name',
  suggest_alternatives: 'no chat asks it: alternatives come with a refusal',
};

/** Every read that is about one service. */
export const READS: readonly RecordedRead[] = [WEB, 'kube-system/coredns'].flatMap((service) =>
  Object.entries(CHAT).map(([tool, chat]) => ({
    tool,
    args: { service },
    chat: { tool: chat.tool, args: { service, ...chat.args } },
  })),
);

/** What the tables leave out of the catalogue, or have without it, each with what to do: none, or a tool has no recorded call. */
export const unrecorded = (): readonly string[] => [
  ...TOOLS.flatMap(({ name, effect, input }) => {
    if (effect === 'change')
      return CALLS.some(({ tool }) => tool === name) ? [] : [`${name}: its boundary values are missing in CALLS`];
    if (!('service' in input.shape) || name in CHAT || name in ALONE) return [];
    return [`${name}: say in CHAT which chat's tool tells it, or in ALONE why none does`];
  }),
  ...Object.keys({ ...CHAT, ...ALONE })
    .filter((name) => !TOOLS.some((tool) => tool.name === name))
    .map((name) => `${name}: no tool of the catalogue has this name`),
];
