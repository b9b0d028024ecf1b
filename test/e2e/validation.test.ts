import { afterAll, beforeAll } from 'vitest';
import { describeCluster } from '../cluster/harness.ts';
import { itSaysWhatIsSeen } from '../validation/comparedPages.ts';
import { CRITERIA } from '../validation/criteria.ts';
import { RealStage } from '../validation/realStage.ts';

describeCluster('validation on a real API server', () => {
  let stage: RealStage;
  beforeAll(async () => {
    stage = await RealStage.open();
  });
  afterAll(() => stage.close());

  const real = CRITERIA.filter((criterion) => criterion.real.length > 0);
  itSaysWhatIsSeen(real, CRITERIA, () => stage);
});
