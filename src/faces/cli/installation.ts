import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this installation: above dist/ when built, three folders up when run from source. */
const root =
  ['..', '../../..']
    .map((up) => fileURLToPath(new URL(up, import.meta.url)))
    .find((dir) => existsSync(path.join(dir, 'prompts'))) ?? fileURLToPath(new URL('..', import.meta.url));

/** What a person types to run this program from where they are. */
export const callName = (): string =>
  existsSync(path.join(root, 'src'))
    ? path.relative(process.cwd(), path.join(root, 'bin', 'fairlead'))
    : 'npx fairlead';

/** The folder of this program: with it in PATH, `fairlead` is this one, wherever a person is. */
export const binDir: string = path.join(root, 'bin');

/** The blueprints that come with it, as a path from where a person is. */
export const shippedBlueprints = (): string => `${path.relative(process.cwd(), path.join(root, 'blueprints')) || '.'}/`;

export const promptsDir: string = path.join(root, 'prompts');
/** Of what people ask again and again in a chat. */
export const mcpPromptsDir: string = path.join(promptsDir, 'mcp');

/** The blueprint shipped for a service. */
export const blueprintFile = (service: string): string => path.join(root, 'blueprints', service, 'blueprint.yaml');

/** The built web pages. */
export const webDir: string = path.join(root, 'dist', 'web');

/** The scenarios that come with the source; a built package has none. */
export const scenarioFolders = (): string[] =>
  ['test/scenarios', 'test/scenarios/examples']
    .map((folder) => path.join(root, folder))
    .filter((dir) => existsSync(dir));
