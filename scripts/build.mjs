// Builds dist/ from src/: our own code in a few lazily loaded chunks, packages left where npm put them.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
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

/**
 * Chunks carry a hash of their content in their names and are put in place one by one, the entry last: a process that runs
 * from dist/ goes on finding its own, two builds at once do no harm, and a build that fails leaves what was there.
 */
export async function build() {
  const { build: bundle } = await import('esbuild');
  const made = path.join(root, `.dist-${process.pid}`);
  try {
    await bundle({
      entryPoints: [path.join(root, 'src', 'main.ts')],
      outdir: made,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      sourcemap: true,
      logLevel: 'warning',
    });
    install(made, path.join(root, 'dist'));
    rmSync(made, { recursive: true, force: true });
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    console.error(`fairlead: the program cannot be built from src/: ${error.message.split('\n')[0]}`);
    process.exit(1);
  }
}

function install(made, dist) {
  mkdirSync(dist, { recursive: true });
  const names = readdirSync(made);
  const entryLast = names.toSorted((a, b) => Number(a === 'main.js') - Number(b === 'main.js'));
  for (const name of entryLast) renameSync(path.join(made, name), path.join(dist, name));
  for (const name of readdirSync(dist)) {
    const file = path.join(dist, name);
    if (!names.includes(name) && Date.now() - statSync(file).mtimeMs > DAY_MS) rmSync(file, { force: true });
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;

if (process.argv[1] === import.meta.filename) await build();
