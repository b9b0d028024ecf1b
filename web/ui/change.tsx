import { Icon } from './icon.tsx';

/** The change itself, 40 px, once a page: who, from, to. */
export function Change({
  service,
  before,
  after,
}: {
  readonly service: string;
  readonly before: string;
  readonly after: string;
}) {
  const [from, to] = [split(before), split(after)];
  const unit = to.unit === '' ? from.unit : to.unit;
  const short = from.value.length + to.value.length <= 14;
  return (
    <h1 class={short ? 'change' : 'change change--long'} id="change">
      <span class="who">{service}</span>
      <span class="from">{from.value}</span>
      <Icon name="arrow" />
      <span class="sr">to</span>
      <span class="to">{to.value}</span>
      {unit === '' ? null : <span class="unit">{unit}</span>}
    </h1>
  );
}

/** `5 replicas`: the figure large, its unit small. */
function split(text: string): { readonly value: string; readonly unit: string } {
  const parts = /^(-?[\d.,]+)\s+(\D.*)$/.exec(text.trim());
  return parts === null ? { value: text, unit: '' } : { value: parts[1] ?? text, unit: parts[2] ?? '' };
}

/** In a line: `5 → 6 replicas`. */
export function changeText(operation: string, before: string, after: string): string {
  const [from, to] = [split(before), split(after)];
  if (/^\d+$/.test(before) && /^\d+$/.test(after) && operation.startsWith('scale')) {
    return `${before} → ${after} ${after === '1' ? 'replica' : 'replicas'}`;
  }
  return from.unit !== '' && from.unit === to.unit ? `${from.value} → ${after}` : `${before} → ${after}`;
}

/** The unit of a bare number, where the operation says what is counted. */
export const withUnit = (operation: string, value: string): string =>
  operation.startsWith('scale') && /^\d+$/.test(value) ? `${value} ${value === '1' ? 'replica' : 'replicas'}` : value;
