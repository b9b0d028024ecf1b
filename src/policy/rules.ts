import type { Standing } from './rule.ts';
import { autonomyMustReachSoFar } from './rules/autonomyMustReachSoFar.ts';
import { breakerMustLetThrough } from './rules/breakerMustLetThrough.ts';
import { budgetMustBeLeft } from './rules/budgetMustBeLeft.ts';
import { capacityMustBeLeft } from './rules/capacityMustBeLeft.ts';
import { disruptionBudgetsMustHold } from './rules/disruptionBudgetsMustHold.ts';
import { distressMustNotLookIdle } from './rules/distressMustNotLookIdle.ts';
import { downsMustRespectWindow } from './rules/downsMustRespectWindow.ts';
import { drivenResourcesMustStay } from './rules/drivenResourcesMustStay.ts';
import { evidenceMustAgree } from './rules/evidenceMustAgree.ts';
import { evidenceMustBeFresh } from './rules/evidenceMustBeFresh.ts';
import { evidenceMustCoverPods } from './rules/evidenceMustCoverPods.ts';
import { fleetBudgetMustBeLeft } from './rules/fleetBudgetMustBeLeft.ts';
import { fleetMustBeWell } from './rules/fleetMustBeWell.ts';
import { freezeWindowMustBeOver } from './rules/freezeWindowMustBeOver.ts';
import { groundMustBeTheSame } from './rules/groundMustBeTheSame.ts';
import { holdsMustBeLifted } from './rules/holdsMustBeLifted.ts';
import { loadMustFitAfterDown } from './rules/loadMustFitAfterDown.ts';
import { noDataMustNotCountAsZero } from './rules/noDataMustNotCountAsZero.ts';
import { oneChangeAtATime } from './rules/oneChangeAtATime.ts';
import { operationMustBeGranted } from './rules/operationMustBeGranted.ts';
import { ownersMustBeRespected } from './rules/ownersMustBeRespected.ts';
import { podsMustFit } from './rules/podsMustFit.ts';
import { protectedThingsMustBeLeft } from './rules/protectedThingsMustBeLeft.ts';
import { resourcesMustStayInBounds } from './rules/resourcesMustStayInBounds.ts';
import { reversalsMustWait } from './rules/reversalsMustWait.ts';
import { rolloutMustBeOver } from './rules/rolloutMustBeOver.ts';
import { stepsMustStayUnderCeilings } from './rules/stepsMustStayUnderCeilings.ts';
import { targetMustBeOne } from './rules/targetMustBeOne.ts';
import { undoMustBeSafe } from './rules/undoMustBeSafe.ts';

/**
 * The rules in force, in the order of their report. All are evaluated; the order decides nothing, except that G10
 * comes after G0, and that the last one says what it withheld.
 */
export const RULES: readonly Standing[] = [
  { id: 'G0', binds: 'every call', rule: operationMustBeGranted },
  { id: 'G1', binds: 'changes, undo too', rule: ownersMustBeRespected },
  { id: 'G2', binds: 'changes', rule: disruptionBudgetsMustHold },
  { id: 'G3', binds: 'changes', rule: evidenceMustBeFresh },
  { id: 'G4', binds: 'changes', rule: evidenceMustCoverPods },
  { id: 'G5', binds: 'changes', rule: noDataMustNotCountAsZero },
  { id: 'G6', binds: 'changes', rule: distressMustNotLookIdle },
  { id: 'G7', binds: 'changes', rule: rolloutMustBeOver },
  { id: 'G8', binds: 'changes', rule: stepsMustStayUnderCeilings },
  { id: 'G9', binds: 'changes', rule: downsMustRespectWindow },
  { id: 'G10', binds: 'changes', rule: loadMustFitAfterDown },
  { id: 'G11', binds: 'changes', rule: reversalsMustWait },
  { id: 'G12', binds: 'changes', rule: budgetMustBeLeft },
  { id: 'G12', binds: 'changes', rule: fleetBudgetMustBeLeft },
  { id: 'G12', binds: 'changes', rule: capacityMustBeLeft },
  { id: 'G13', binds: 'changes', rule: fleetMustBeWell },
  { id: 'G14', binds: 'every call', rule: targetMustBeOne },
  { id: 'G15', binds: 'changes', rule: drivenResourcesMustStay },
  { id: 'G16', binds: 'changes', rule: resourcesMustStayInBounds },
  { id: 'G16', binds: 'changes', rule: podsMustFit },
  { id: 'G17', binds: 'changes, undo too', rule: undoMustBeSafe },
  { id: 'G18', binds: 'changes, undo too', rule: groundMustBeTheSame },
  { id: 'G19', binds: 'changes', rule: breakerMustLetThrough },
  { id: 'G20', binds: 'changes, undo too', rule: holdsMustBeLifted },
  { id: 'G20', binds: 'changes', rule: freezeWindowMustBeOver },
  { id: 'G21', binds: 'changes', rule: evidenceMustAgree },
  { id: 'G22', binds: 'every call', rule: protectedThingsMustBeLeft },
  { id: 'G23', binds: 'changes', rule: oneChangeAtATime },
  { id: 'G20', binds: 'changes', rule: autonomyMustReachSoFar },
];
