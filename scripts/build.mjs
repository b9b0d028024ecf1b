// Builds dist/ from src/: our own code in a few lazily loaded chunks, packages left where npm put them. And dist/web from web/.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
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
  return older('main.js', ['src']) || webStale();
}

/** The pages use the types of the API alone; a change of these is a change of the pages. */
const webStale = () => older(path.join('web', 'index.html'), ['web', path.join('src', 'schema', 'api')]);

function older(made, sources) {
  try {
    const at = statSync(path.join(root, 'dist', made)).mtimeMs;
    return sources.some((source) => at < newest(path.join(root, source)));
  } catch {
    return true;
  }
}

/**
 * Chunks carry a hash of their content in their names and are put in place one by one, the entry last: a process that runs
 * from dist/ goes on finding its own, two builds at once do no harm, and a build that fails leaves what was there.
 * `clean`: nothing of earlier builds stays, as a package wants it.
 */
export async function build({ clean = false } = {}) {
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
    const web = path.join(made, 'web');
    const isWebDue = clean || webStale();
    if (isWebDue) await buildWeb(web);
    if (clean) rmSync(path.join(root, 'dist'), { recursive: true, force: true });
    install(made, path.join(root, 'dist'));
    if (isWebDue) installWeb(web);
    rmSync(made, { recursive: true, force: true });
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    console.error(`fairlead: the program cannot be built from its sources: ${error.message.split('\n')[0]}`);
    process.exit(1);
  }
}

async function buildWeb(made) {
  const { build: bundle } = await import('vite');
  await bundle({ configFile: path.join(root, 'web', 'vite.config.ts'), build: { outDir: made } });
}

function installWeb(made) {
  const dist = path.join(root, 'dist', 'web');
  install(path.join(made, 'assets'), path.join(dist, 'assets'));
  for (const name of readdirSync(made).toSorted((a) => (a === 'index.html' ? 1 : -1))) {
    if (name === 'assets') continue;
    renameSync(path.join(made, name), path.join(dist, name));
    utimesSync(path.join(dist, name), new Date(), new Date());
  }
}

/** A page that is open across an upgrade finds its files for a day. */
function install(made, dist) {
  mkdirSync(dist, { recursive: true });
  const names = readdirSync(made).filter((name) => name !== 'web');
  const entryLast = names.toSorted((a, b) => Number(a === 'main.js') - Number(b === 'main.js'));
  for (const name of entryLast) renameSync(path.join(made, name), path.join(dist, name));
  for (const name of readdirSync(dist)) {
    const file = path.join(dist, name);
    if (name === 'web' || name === 'assets') continue;
    if (!names.includes(name) && Date.now() - statSync(file).mtimeMs > DAY_MS) rmSync(file, { force: true });
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;

if (process.argv[1] === import.meta.filename) await build({ clean: process.argv.includes('--clean') });
