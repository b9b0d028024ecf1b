import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ApprovalList } from '../../src/schema/api/approvals.ts';
import type { BreakerList } from '../../src/schema/api/lists.ts';
import type { Me } from '../../src/schema/api/people.ts';
import type { Resource } from './hooks.ts';

/** What every page needs: who reads, what waits, and what is paused. Read once, kept fresh by the stream. */
export interface Desk {
  readonly me: Me;
  readonly open: Resource<ApprovalList>;
  readonly breakers: Resource<BreakerList>;
}

const DeskContext = createContext<Desk | undefined>(undefined);

export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('this page stands outside the frame');
  return desk;
}
