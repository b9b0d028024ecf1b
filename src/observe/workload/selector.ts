import { at, isRecord, listAt, recordAt, textAt } from '../narrow.ts';

/**
 * Whether a LabelSelector selects an object with these labels, as policy/v1 reads it: an absent selector selects nothing,
 * an empty one everything. An operator that we do not know counts as selecting: a budget too many is the safe mistake.
 */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (!isRecord(selector)) return false;
  const equal = Object.entries(recordAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value);
  return equal && listAt(selector, 'matchExpressions').every((expression) => holds(expression, labels));
}

function holds(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const key = textAt(expression, 'key') ?? '';
  const has = Object.hasOwn(labels, key);
  const among = has && listAt(expression, 'values').includes(labels[key]);
  switch (at(expression, 'operator')) {
    case 'In':
      return among;
    case 'NotIn':
      return !among;
    case 'Exists':
      return has;
    case 'DoesNotExist':
      return !has;
    default:
      return true;
  }
}
