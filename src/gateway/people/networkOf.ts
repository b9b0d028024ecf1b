import { z } from 'zod';

const GROUPS = 8;
const IPV4 = z.ipv4();
const IPV6 = z.ipv6();

/**
 * What tries are counted by: an IPv4 address, or the /64 of an IPv6 one, since whoever has one address of that has all of
 * them. Anything else is itself.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase();
  if (!IPV6.safeParse(plain).success) return address;
  const mapped = plain.replace(/^::ffff:/, '');
  if (IPV4.safeParse(mapped).success) return mapped;
  const [head = [], tail = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  // A dotted end stands for two groups.
  const length = head.length + tail.length + (plain.includes('.') ? 1 : 0);
  const all = [...head, ...Array.from({ length: Math.max(0, GROUPS - length) }, () => '0'), ...tail];
  const network = all.slice(0, GROUPS / 2).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
