import { describe, expect, it } from 'vitest';
import { placeOf, type Standing, unsafe } from './place.ts';

const standing = (over: Partial<Standing> = {}): Standing => ({
  host: '127.0.0.1',
  tls: false,
  behindProxy: false,
  ...over,
});
const HERE = 'https://fairlead.example.com';

describe('where a gateway may stand', () => {
  it.each<[string, Partial<Standing>]>([
    ['on this machine alone', {}],
    ['on this machine alone, by IPv6', { host: '::1' }],
    ['anywhere with a certificate and a name', { host: '0.0.0.0', tls: true, publicUrl: HERE }],
    ['on one address with a certificate', { host: '192.0.2.7', tls: true }],
    ['behind a proxy', { host: '0.0.0.0', behindProxy: true, publicUrl: HERE }],
  ])('%s', (_, over) => {
    expect(unsafe(standing(over))).toBeUndefined();
  });

  it.each<[string, Partial<Standing>, RegExp]>([
    ['anywhere in the clear', { host: '0.0.0.0' }, /without TLS only this machine/],
    ['on another address in the clear', { host: '192.0.2.7' }, /--tls-cert and --tls-key, or --behind-proxy/],
    ['in the clear under a name', { host: 'fairlead.example.com' }, /without TLS/],
    ['anywhere in the clear, whatever name it claims', { host: '::', publicUrl: HERE }, /without TLS/],
    ['with a certificate and behind a proxy', { tls: true, behindProxy: true, publicUrl: HERE }, /either/],
    ['everywhere without a name', { host: '0.0.0.0', tls: true }, /--public-url says under which name/],
    ['behind a proxy without a name', { behindProxy: true }, /--public-url says/],
    [
      'behind a proxy under a name in the clear',
      { behindProxy: true, publicUrl: 'http://x.example' },
      /must begin with https/,
    ],
    ['under an https name that nobody answers', { publicUrl: HERE }, /who answers with TLS there/],
    ['under a name with a path', { behindProxy: true, publicUrl: `${HERE}/fairlead` }, /write scheme and host/],
    [
      'under a name with a password',
      { behindProxy: true, publicUrl: 'https://a:b@x.example' },
      /write scheme and host/,
    ],
    ['under no name at all', { behindProxy: true, publicUrl: 'fairlead' }, /write scheme and host/],
  ])('not %s', (_, over, words) => {
    expect(unsafe(standing(over))).toMatch(words);
    expect(placeOf(standing(over), 8484).ok).toBe(false);
  });

  it.each<[Partial<Standing>, number, readonly string[], string]>([
    [{}, 8484, ['127.0.0.1:8484', 'localhost:8484', '[::1]:8484'], 'http://127.0.0.1:8484'],
    [{ host: '::1' }, 8484, ['[::1]:8484', '127.0.0.1:8484', 'localhost:8484'], 'http://[::1]:8484'],
    [{ host: '0.0.0.0', tls: true, publicUrl: HERE }, 8484, ['fairlead.example.com'], HERE],
    [{ host: '192.0.2.7', tls: true }, 443, ['192.0.2.7:443', '192.0.2.7'], 'https://192.0.2.7:443'],
    [
      { behindProxy: true, publicUrl: `${HERE}:444/` },
      8484,
      ['fairlead.example.com:444', '127.0.0.1:8484', 'localhost:8484', '[::1]:8484'],
      `${HERE}:444`,
    ],
  ])('is reached under no other names: %j on port %d', (over, port, hosts, url) => {
    expect(placeOf(standing(over), port)).toMatchObject({ ok: true, value: { hosts, url } });
  });
});
