import path from 'node:path';
import { defineConfig } from 'vite';

/** Static files with hashed names: no script or style stands in the page itself, so the strictest content policy holds. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: path.join(import.meta.dirname, '..', 'dist', 'web'),
    emptyOutDir: true,
    target: 'es2022',
    // Everything inlined as data: would be a file the reader of the policy has to wonder about.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
