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
