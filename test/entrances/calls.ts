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

/** Every read that is about one service. */
export const READS: readonly RecordedRead[] = [WEB, 'kube-system/coredns'].flatMap((service) =>
  [
    { tool: 'get_service', chat: { tool: 'fairlead_service', args: {} } },
    { tool: 'get_metrics', chat: { tool: 'fairlead_evidence', args: { of: 'signals' } } },
    { tool: 'get_workload', chat: { tool: 'fairlead_evidence', args: { of: 'workload' } } },
    { tool: 'get_events', chat: { tool: 'fairlead_evidence', args: { of: 'events' } } },
    { tool: 'get_logs', chat: { tool: 'fairlead_evidence', args: { of: 'logs' } } },
    { tool: 'get_decisions', chat: { tool: 'fairlead_decisions', args: {} } },
  ].map(({ tool, chat }) => ({ tool, args: { service }, chat: { tool: chat.tool, args: { service, ...chat.args } } })),
);

/** Changes that the table leaves out: none, or a new tool has no recorded call. */
export const unrecorded = (): readonly string[] =>
  TOOLS.filter(({ effect, name }) => effect === 'change' && !CALLS.some(({ tool }) => tool === name)).map(
    ({ name }) => name,
  );
