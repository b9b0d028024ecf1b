import { expect, it } from 'vitest';
import { askedDiff } from './askedDiff.ts';

const of = (operation: string, before: string, after: string, replicas?: number) =>
  askedDiff({ operation, before, after, arguments: replicas === undefined ? {} : { replicas } }).map(
    ({ sign, text }) => `${sign}${text}`,
  );

it.each<[string, string[], string[]]>([
  ['a scale', of('scale_beyond_limits', '6 replicas', '8 replicas', 8), [' spec:', '-  replicas: 6', '+  replicas: 8']],
  ['to zero', of('scale_to_zero', '3 replicas', '0 replicas', 0), [' spec:', '-  replicas: 3', '+  replicas: 0']],
  [
    'resources',
    of('adjust_resources_within_bounds', 'cpu 500m', 'cpu 800m'),
    [
      ' spec:',
      '   template:',
      '     spec:',
      '       containers:',
      '-        resources: cpu 500m',
      '+        resources: cpu 800m',
    ],
  ],
  [
    'a rollback',
    of('rollback', 'revision 3 (abc)', 'revision 2 (def)'),
    [' spec:', '-  template: revision 3 (abc)', '+  template: revision 2 (def)'],
  ],
  [
    'what has no field',
    of('delete_deployment', 'it', 'nothing'),
    ['-delete_deployment: it', '+delete_deployment: nothing'],
  ],
])('what was put to people is told in the fields of the object: %s', (_, diff, lines) => {
  expect(diff).toEqual(lines);
});
