import { describe } from 'vitest';
import { itSaysWhatIsSeen } from './comparedPages.ts';
import { CRITERIA } from './criteria.ts';

/** In two files, so that two workers share the work. */
describe('validation in virtual time', () => {
  itSaysWhatIsSeen(CRITERIA.slice(0, 5), CRITERIA);
});
