import type { Refused } from '../../gateway/deps.ts';
import type { Identity } from '../../gateway/people/identity.ts';
import type { Result } from '../../kernel/result.ts';
import type { ApprovalCard, ApprovalList } from '../../schema/api/approvals.ts';
import type { BlueprintVersionList, BreakerList } from '../../schema/api/lists.ts';
import type { DecisionDetail, DecisionList, JournalPage } from '../../schema/api/records.ts';
import type { ServiceDetail, ServiceList } from '../../schema/api/services.ts';

type Shown<T> = Promise<Result<T, Refused>>;

/** What the reading routes show; computed by src/gateway/views. */
export interface Views {
  approvalList(who: Identity, query: { state?: 'open' | 'decided'; cursor?: string }): Shown<ApprovalList>;
  approvalCard(who: Identity, namespace: string, name: string): Shown<ApprovalCard>;
  serviceList(): Shown<ServiceList>;
  serviceDetail(namespace: string, name: string, minutes: number): Shown<ServiceDetail>;
  decisionList(query: { service?: string; phase?: string; cursor?: string }): Shown<DecisionList>;
  decisionDetail(namespace: string, name: string): Shown<DecisionDetail>;
  journalPage(who: Identity, query: { service?: string; kind?: string; cursor?: string }): Shown<JournalPage>;
  journalExport(who: Identity, file: string): Shown<string>;
  breakerList(): Shown<BreakerList>;
  blueprintVersions(namespace: string, name: string): Shown<BlueprintVersionList>;
}
