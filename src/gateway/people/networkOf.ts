import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;

/**
 * What tries are counted by: an IPv4 address, or the /64 of an IPv6 one, since whoever has one address of that has all of
 * them. Anything else is itself.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = plain.replace(/^::ffff:/, '');
  if (isIPv4(mapped)) return mapped;
  const [head = [], tail = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  // A dotted end stands for two groups.
  const length = head.length + tail.length + (plain.includes('.') ? 1 : 0);
  const all = [...head, ...Array.from({ length: Math.max(0, GROUPS - length) }, () => '0'), ...tail];
  const network = all.slice(0, GROUPS / 2).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
