import type { GatewayDeps } from '../../gateway/deps.ts';
import { approvalCard } from '../../gateway/views/approvalCard.ts';
import { approvalList } from '../../gateway/views/approvalList.ts';
import { blueprintVersions } from '../../gateway/views/blueprintVersions.ts';
import { breakerList } from '../../gateway/views/breakerList.ts';
import { decisionDetail } from '../../gateway/views/decisionDetail.ts';
import { decisionList } from '../../gateway/views/decisionList.ts';
import { journalExport } from '../../gateway/views/journalExport.ts';
import { journalPage } from '../../gateway/views/journalPage.ts';
import { serviceDetail } from '../../gateway/views/serviceDetail.ts';
import { serviceList } from '../../gateway/views/serviceList.ts';
import type { Views } from './views.ts';

/** The views of one gateway. */
export const gatewayViews = (deps: GatewayDeps): Views => ({
  approvalList: (who, query) => approvalList(deps, who, query),
  approvalCard: (who, namespace, name) => approvalCard(deps, who, namespace, name),
  serviceList: () => serviceList(deps),
  serviceDetail: (namespace, name, minutes) => serviceDetail(deps, namespace, name, minutes),
  decisionList: (query) => decisionList(deps, query),
  decisionDetail: (namespace, name) => decisionDetail(deps, namespace, name),
  journalPage: (who, query) => journalPage(deps, who, query),
  journalExport: (who, file) => journalExport(deps, who, file),
  breakerList: () => breakerList(deps),
  blueprintVersions: (namespace, name) => blueprintVersions(deps, namespace, name),
});
