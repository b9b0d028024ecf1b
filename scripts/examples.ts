// `npm run examples`: writes examples/ anew. A test holds the committed files against the same function.
import { exampleFiles } from './records/exampleFiles.ts';
import { writeFolder } from './records/writeFolder.ts';

writeFolder('examples', await exampleFiles());
