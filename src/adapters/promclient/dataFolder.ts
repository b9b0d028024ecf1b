import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Gauge, type Registry } from 'prom-client';

const NONE = { journals: Number.NaN, free: Number.NaN };

/** How much the journals of the data folder take, and what is left beside them. NaN where it cannot be read. */
export function dataFolderGauges(registry: Registry, dir: string): void {
  const bytes = new Gauge({
    name: 'fairlead_journal_size_bytes',
    help: 'All journal files in the data folder together.',
    registers: [registry],
    async collect() {
      const { journals, free } = await sizes(dir).catch(() => NONE);
      bytes.set(journals);
      left.set(free);
    },
  });
  const left = new Gauge({
    name: 'fairlead_data_free_bytes',
    help: 'What is free on the file system of the data folder. Without room nothing is done: what cannot be recorded is not done.',
    registers: [registry],
  });
}

async function sizes(dir: string): Promise<typeof NONE> {
  const [names, system] = await Promise.all([readdir(dir), statfs(dir)]);
  const files = names.filter((name) => name.endsWith('.jsonl'));
  const each = await Promise.all(files.map((name) => stat(join(dir, name)).catch(() => undefined)));
  return {
    journals: each.reduce((sum, file) => sum + (file?.size ?? 0), 0),
    free: system.bavail * system.bsize,
  };
}
