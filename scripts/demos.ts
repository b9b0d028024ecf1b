// `npm run demos`: writes demos/ anew. A test holds the committed pages against the same function.

import { demoPages } from './records/demoPages.ts';
import { writeFolder } from './records/writeFolder.ts';

writeFolder('demos', await demoPages());
