/** Where a Decision can stand, in the order of its way. Without a schema library, so that pages can have it too. */
export const PHASES = [
  'Pending',
  'Refused',
  'Deferred',
  'AwaitingApproval',
  'Executing',
  'Verifying',
  'Succeeded',
  'RolledBack',
  'Failed',
  'Inconclusive',
  'Rejected',
  'Expired',
  'Superseded',
] as const;

/** The reason of a Decision that is Rejected by the no of the person who had asked. */
export const TAKEN_BACK = 'TakenBack';
