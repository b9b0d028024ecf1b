import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { USUAL, usualFile } from '../../../src/testing/usualBlueprint.ts';
import { ROOT } from '../pages.ts';

/** Where the commands of a page run. */
export interface Stage {
  /** The folder they begin in, and the environment of ada. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** The home of another person. */
  home(who: string): string;
  /** What pages write, by what stands for it here, as text of a shell; longer ones first. */
  readonly written: readonly (readonly [RegExp, string])[];
  /** What was printed, as pages would show it. */
  shown(printed: string): string;
  close(): Promise<void>;
}

/** The `web.yaml` of the pages. */
export const WEB = usualFile({
  metadata: { name: 'web', namespace: 'shop', priority: 'high', criticality: 'critical' },
  spec: { resources: USUAL.resources },
  allowed: ['scale_within_limits', 'adjust_resources_within_bounds', 'restart_pods'],
  stabilization: '5s',
});

/** A folder with `web.yaml` in it, `fairlead` and the programs of `more` on the PATH, no cluster and nobody logged in. */
export function emptyStage(more: string | undefined): Stage & { readonly dir: string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-docs-'));
  const at = (...names: string[]): string => path.join(dir, ...names);
  for (const name of ['bin', 'ada', 'omar', 'work']) mkdirSync(at(name));
  const main = JSON.stringify(path.join(ROOT, 'dist', 'main.js'));
  writeFileSync(at('bin', 'fairlead'), `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${main} "$@"\n`, {
    mode: 0o755,
  });
  writeFileSync(at('work', 'web.yaml'), WEB);
  const programs = [at('bin'), ...(more === undefined ? [] : [more]), path.dirname(process.execPath)];
  return {
    dir,
    folder: at('work'),
    env: { PATH: `${programs.join(':')}:${process.env['PATH']}`, HOME: at('ada'), NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
    home: at,
    written: [],
    shown: (printed) => printed,
    close: async () => rmSync(dir, { recursive: true, force: true }),
  };
}
