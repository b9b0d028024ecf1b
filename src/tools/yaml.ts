import { z } from 'zod';

/** A blueprint as text: as large as one may be. */
export const Yaml = z
  .string()
  .min(1)
  .max(256 * 1024)
  .describe('The whole document, as YAML.');
