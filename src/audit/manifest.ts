import { z } from 'zod';
import { JOURNAL_FILE } from '../schema/journalName.ts';

export const MANIFEST = 'manifest.json';

/** What an export says of itself: where each file came from, its bytes, and how its chain ended. */
export const Manifest = z.object({
  format: z.literal('fairlead-export/1'),
  version: z.string(),
  madeAt: z.string(),
  sources: z.array(
    z.object({
      /** Folder of the export that holds its files. */
      name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,200}$/),
      from: z.string(),
      files: z.array(z.object({ file: z.string().regex(JOURNAL_FILE), bytes: z.int(), sha256: z.string() })),
      chains: z.array(
        z.object({ writer: z.string(), begins: z.int(), records: z.int(), head: z.string(), ok: z.boolean() }),
      ),
    }),
  ),
  /** Who could not be asked, and why: an export that is not whole says so. */
  missing: z.array(z.object({ from: z.string(), why: z.string() })),
});
export type Manifest = z.infer<typeof Manifest>;
