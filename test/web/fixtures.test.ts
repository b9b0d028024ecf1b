import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ApprovalCard, ApprovalList } from '../../src/schema/api/approvals.ts';
import { BlueprintVersionList, BreakerList, TokenList, UserList } from '../../src/schema/api/lists.ts';
import { Me } from '../../src/schema/api/people.ts';
import { DecisionDetail, DecisionList, JournalPage, QueueState } from '../../src/schema/api/records.ts';
import { ServiceDetail, ServiceList } from '../../src/schema/api/services.ts';
import { approved, CARDS, checkout, rejected } from './fixtures/cards.ts';
import {
  breakers,
  checkoutDetail,
  decided,
  fleetPaused,
  me,
  services,
  tokens,
  users,
  versions,
} from './fixtures/lists.ts';
import { DECISIONS, journal, queue, undone } from './fixtures/records.ts';

const FIXTURES: readonly (readonly [string, z.ZodType, unknown])[] = [
  ['who reads', Me, me],
  ['decided requests', ApprovalList, decided],
  ...CARDS.map((card) => [`the card ${card.name}`, ApprovalCard, card] as const),
  ['an approved card', ApprovalCard, approved(checkout, 'sre-1')],
  ['a rejected card', ApprovalCard, rejected(checkout, 'sre-1', 'load test')],
  ['services', ServiceList, services],
  ['one service', ServiceDetail, checkoutDetail],
  ['decisions', DecisionList, { items: DECISIONS }],
  ['one decision', DecisionDetail, undone],
  ['the journal', JournalPage, journal],
  ['breakers', BreakerList, { ...breakers, holds: [fleetPaused] }],
  ['blueprint versions', BlueprintVersionList, versions],
  ['the queue', QueueState, queue],
  ['people', UserList, users],
  ['tokens', TokenList, tokens],
];

describe('what the pages are shown', () => {
  it.each(FIXTURES)('%s has the shape of the API', (_, schema, fixture) => {
    expect(schema.safeParse(fixture).error?.issues).toBeUndefined();
  });
});
