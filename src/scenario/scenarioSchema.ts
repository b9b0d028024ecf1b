import { z } from 'zod';
import { Scenario } from './format.ts';

/** The format as JSON Schema 2020-12, for editors. What a schema cannot say (exactly one assertion an entry) the runner checks. */
export const scenarioSchema = (): object => ({
  title: 'Scenario, format 1',
  ...z.toJSONSchema(Scenario, { io: 'input' }),
});
