import { failClosedPage } from '../../test/failClosedPage.ts';
import { rightsPage } from '../../test/rightsPage.ts';
import { rulesPage } from '../../test/rulesPage.ts';
import { blueprintPage } from './blueprint.ts';
import { cliPage } from './cli.ts';
import { errorsPage } from './errors.ts';
import { eventsPage } from './events.ts';
import { httpApiPage } from './httpApi.ts';
import { page, table } from './markdown.ts';
import { metricsPage } from './metrics.ts';
import { toolsPage } from './tools.ts';

interface Reference {
  readonly name: string;
  /** What somebody comes for. */
  readonly holds: string;
  readonly text: () => string;
}

const REFERENCES: readonly Reference[] = [
  { name: 'blueprint.md', holds: 'Every field of a blueprint, the conditions, the operations.', text: blueprintPage },
  { name: 'cli.md', holds: 'Every command and option, the environment variables, the exit codes.', text: cliPage },
  {
    name: 'errors.md',
    holds: 'Every code by which something is refused: blueprints, the gate, HTTP, MCP.',
    text: errorsPage,
  },
  { name: 'events.md', holds: 'Every Kubernetes Event and every alert, and what to do.', text: eventsPage },
  { name: 'fail-closed.md', holds: 'What works, waits and is told while a dependency is away.', text: failClosedPage },
  {
    name: 'http-api.md',
    holds: 'Every route of the gateway, with the shapes of bodies and answers.',
    text: httpApiPage,
  },
  { name: 'metrics.md', holds: 'Every metric, with its labels.', text: metricsPage },
  { name: 'rights.md', holds: 'What the token of each role can do, stolen or not.', text: rightsPage },
  { name: 'rules.md', holds: 'The promises, and what each rule of the gate demands.', text: rulesPage },
  { name: 'tools.md', holds: 'Every tool that a model or a chat is offered, and who sees it.', text: toolsPage },
];

/** Every page of `docs/reference`, by its path from the root of the repository. */
export const referencePages = (): readonly (readonly [file: string, text: string])[] =>
  [{ name: 'README.md', text: indexPage }, ...REFERENCES].map(({ name, text }) => [`docs/reference/${name}`, text()]);

const indexPage = (): string =>
  page(
    'Reference',
    'What is exact, and looked up rather than read.',
    'A test compares each page with the code. Guides stand in [docs](..).',
    '',
    ...table(
      ['Page', 'Holds'],
      REFERENCES.map(({ name, holds }) => [`[${name}](${name})`, holds]),
    ),
  );
