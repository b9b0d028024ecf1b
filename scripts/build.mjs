// Builds dist/ from src/: our own code in a few lazily loaded chunks, packages left where npm put them.
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

/** Newest modification time below a folder, in ms. */
function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(file));
    else if (!entry.name.endsWith('.test.ts')) latest = Math.max(latest, statSync(file).mtimeMs);
  }
  return latest;
}

/** True when dist/ is missing or older than a source file. */
export function stale() {
  try {
    return statSync(path.join(root, 'dist', 'main.js')).mtimeMs < newest(path.join(root, 'src'));
  } catch {
    return true;
  }
}

export async function build() {
  const { build: bundle } = await import('esbuild');
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  await bundle({
    entryPoints: [path.join(root, 'src', 'main.ts')],
    outdir: path.join(root, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
}

if (process.argv[1] === import.meta.filename) await build();
