import { describe, expect, it } from 'vitest';
import { gatewayUrl } from './gatewayLogin.ts';

describe('the address of a gateway', () => {
  it.each([
    ['https://fairlead.example.com', 'https://fairlead.example.com'],
    ['https://fairlead.example.com/#/approvals', 'https://fairlead.example.com'],
    ['http://127.0.0.1:8484', 'http://127.0.0.1:8484'],
    ['http://localhost:8484/', 'http://localhost:8484'],
    ['http://[::1]:8484', 'http://[::1]:8484'],
    // A password would cross the network in the clear.
    ['http://fairlead.example.com', undefined],
    ['http://127.0.0.1.example.com', undefined],
    ['https://ada@fairlead.example.com', undefined],
    ['https://fairlead.example.com/path', undefined],
    ['ftp://127.0.0.1', undefined],
    ['fairlead', undefined],
  ])('%s is taken as %s', (text, url) => {
    expect(gatewayUrl(text)).toBe(url);
  });
});
