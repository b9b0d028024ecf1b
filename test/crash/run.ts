import { parseArgs } from 'node:util';
import { clusterRounds } from './clusterRounds.ts';
import { COURSES } from './courses.ts';
import { anyCalls, type Cell, everyCall, type Failure, playAll } from './matrix.ts';

const USAGE = `npm run crash -- [--seed N] [--rounds N] [--course TEXT] [--cluster N]

Kills executor and controller at every call they make, before it has its effect and after it, in every course of a
change; then again and again at random (--rounds, 20 a course). One executor, then two active at once. On the embedded
cluster, in virtual time: about fifteen minutes for all courses; --course plays those whose name contains TEXT.
With --cluster N: N rounds of kill -9 of real processes on a real API server instead (test/cluster/README.md).
Everything depends on the seed alone; on a real cluster, the moments do.
`;

/** `npm run crash`: the matrix of crashes, with a table. Exits 1 when anything came out otherwise than it must. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '20' },
      course: { type: 'string', default: '' },
      cluster: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { course } = values;
  const [seed, rounds, cluster] = [values.seed, values.rounds, values.cluster ?? '0'].map(Number);
  const courses = COURSES.filter(({ name }) => name.includes(course));
  if (values.help || courses.length === 0 || ![seed, rounds, cluster].every(Number.isSafeInteger)) {
    process.stdout.write(values.help ? USAGE : `nothing to play: seed, rounds or course is wrong\n\n${USAGE}`);
    return values.help ? 0 : 2;
  }
  process.stdout.write(`seed ${seed}\n`);
  if (values.cluster !== undefined) return clusterRounds(Number(cluster), Number(seed));
  return matrix(courses, Number(seed), Number(rounds));
}

async function matrix(courses: typeof COURSES, seed: number, rounds: number): Promise<number> {
  process.stdout.write(row('course', 'executors', 'plays', 'kills', 'unjudged', 'wrong'));
  const cells: Cell[] = [];
  for (const executors of [1, 2]) {
    for (const course of courses) {
      const cell = await playAll(course, executors, seed, (calls) => [
        ...everyCall(calls, executors, seed),
        ...anyCalls(calls, executors, rounds, seed),
      ]);
      cells.push(cell);
      const { plays, kills, unjudged, failures } = cell;
      process.stdout.write(row(course.name, executors, plays, kills, unjudged, failures.length));
    }
  }
  const sum = (key: 'plays' | 'kills' | 'unjudged'): number => cells.reduce((total, cell) => total + cell[key], 0);
  const failures = cells.flatMap((cell) => cell.failures);
  process.stdout.write(row('all', '', sum('plays'), sum('kills'), sum('unjudged'), failures.length));
  for (const failure of failures.slice(0, 20)) process.stdout.write(`\n${words(failure)}\n`);
  return failures.length === 0 ? 0 : 1;
}

const words = ({ course, kills, what }: Failure): string =>
  `${course}\n  killed ${JSON.stringify(kills.deaths)}, seed ${kills.seed}\n  ${what}`;

const row = (name: string, ...numbers: readonly (string | number)[]): string =>
  `${name.padEnd(62)}${numbers.map((value) => String(value).padStart(10)).join('')}\n`;

process.exitCode = await main();
