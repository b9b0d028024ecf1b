import { gatewayViews } from '../../src/faces/http/gatewayViews.ts';
import { identityIn } from '../../src/faces/http/mcpSessions.ts';
import { gatewayDesk } from '../../src/faces/mcp/gatewayDesk.ts';
import { mcpServer } from '../../src/faces/mcp/server.ts';
import { ChangeFeed } from '../../src/gateway/changes.ts';
import { openViewStage, REQUEST } from '../stages/viewStage.ts';
import { type Serving, serving } from './serving.ts';
import { PROMPTS } from './stage.ts';

/** What each tool is called with, so that every one of them does something and none waits for an executor. */
export const CALLS: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  fairlead_overview: {},
  fairlead_service: { service: 'shop/web' },
  fairlead_evidence: { service: 'shop/web' },
  fairlead_decisions: { service: 'shop/web' },
  fairlead_why: { decision: `shop/${REQUEST}` },
  fairlead_what_if: { service: 'shop/web', operation: 'scale', replicas: 9 },
  fairlead_approvals: { approval: `shop/${REQUEST}` },
  fairlead_blueprint: { service: 'shop/web' },
  fairlead_propose: { service: 'shop/web', operation: 'delete_deployment', reason: 'tidy up' },
  fairlead_request_approval: { service: 'shop/web', operation: 'restart_pods', reason: 'a leak' },
  fairlead_reject: { approval: `shop/${REQUEST}`, reason: 'the sale is over' },
  fairlead_pause: { scope: 'shop/web', reason: 'incident 4711' },
};

export interface Product extends Serving {
  readonly view: Awaited<ReturnType<typeof openViewStage>>;
  readonly token: string;
}

/** The product's own server on a real port, over a service that waits for people, with an operator who is one of them. */
export async function serveProduct(): Promise<Product> {
  const view = await openViewStage();
  const { deps } = view;
  const views = gatewayViews(deps);
  const feed = new ChangeFeed('test');
  const served = await serving(
    ({ url }) => {
      const desk = gatewayDesk(deps, { views, feed, url: () => url });
      return mcpServer({ desk, version: '0.0.0', prompts: PROMPTS, face: 'mcp-http', who: identityIn });
    },
    { over: { gateway: deps, views, feed } },
  );
  served.stage.person('olga', 'operator', ['devops-team']);
  const token = served.stage.token('olga', ['read', 'propose']);
  return {
    ...served,
    view,
    token,
    async close() {
      feed.close();
      await served.close();
      view.stage.close();
    },
  };
}
