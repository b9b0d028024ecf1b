import type { McpTool } from './tool.ts';
import { approvals } from './tools/approvals.ts';
import { blueprint } from './tools/blueprint.ts';
import { decisions } from './tools/decisions.ts';
import { evidence } from './tools/evidence.ts';
import { overview } from './tools/overview.ts';
import { pause } from './tools/pause.ts';
import { propose, requestApproval } from './tools/propose.ts';
import { reject } from './tools/reject.ts';
import { service } from './tools/service.ts';
import { whatIf } from './tools/whatIf.ts';
import { why } from './tools/why.ts';

/** Every tool there is, in the order in which it is listed. None approves, resumes or releases: a model never holds that power. */
export const MCP_TOOLS: readonly McpTool[] = [
  overview,
  service,
  evidence,
  decisions,
  why,
  whatIf,
  approvals,
  blueprint,
  propose,
  requestApproval,
  reject,
  pause,
];
