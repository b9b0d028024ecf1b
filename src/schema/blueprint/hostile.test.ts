import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FULL } from './fixtures.ts';
import { blueprintFrom, loadBlueprint, loadGlobal } from './load.ts';

/** A fault that helps nobody is a fault of ours. */
function expectHelpful(loaded: ReturnType<typeof loadBlueprint>): void {
  if (loaded.ok) return;
  expect(loaded.error.length).toBeGreaterThan(0);
  expect(loaded.error.length).toBeLessThanOrEqual(100);
  for (const fault of loaded.error) {
    expect(fault.code).toMatch(/^[A-Z][A-Za-z]+$/);
    for (const text of [fault.message, fault.path, fault.found, fault.expected, fault.fix]) {
      expect(text, JSON.stringify(fault)).toMatch(/\S/);
      expect(text).not.toMatch(/undefined|NaN/);
    }
    expect(fault.message.length).toBeLessThan(1500);
  }
}

describe('whatever is written', () => {
  const lines = FULL.split('\n');
  const junk = fc.constantFrom(
    '70',
    '"yes"',
    '[]',
    '{}',
    'null',
    '~',
    '-1',
    '1e9',
    '&a [*a]',
    '!!int x',
    '"\\u0000"',
    '.inf',
    '.nan',
    "'",
    '- - -',
    '? x',
    '<<',
    '%',
    'x'.repeat(300),
  );

  it('loading answers, and never throws, for the full document with values replaced', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(lines.length - 1), junk), { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = [...lines];
        for (const [index, value] of changes) {
          changed[index] = (changed[index] ?? '').replace(/:( .*)?$/, () => `: ${value}`);
        }
        expectHelpful(loadBlueprint(changed.join('\n'), 'x.yaml'));
      }),
      { numRuns: 200 },
    );
  });

  it('no fault speaks of what is not there, whatever the bounds are and whichever of them is missing', () => {
    const bound = fc.option(
      fc.oneof(junk, fc.constantFrom('100m', '2', '0.5', '128M', '64Mi', '2Gi', '1', '128m', 'x')),
    );
    const bounds = fc
      .record({ min: bound, max: bound, target: bound })
      .map((fields) =>
        Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`])),
      );
    fc.assert(
      fc.property(bounds, bounds, (cpu, memory) => {
        const text = FULL.replace(/cpu: {4}\{.*\}/, () => `cpu: { ${cpu.join(', ')} }`).replace(
          /memory: \{.*\}/,
          () => `memory: { ${memory.join(', ')} }`,
        );
        expectHelpful(loadBlueprint(text, 'x.yaml'));
      }),
      { numRuns: 300 },
    );
  });

  it('loading answers, and never throws, for the full document with lines lost, doubled or moved', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(lines.length - 1), { maxLength: 45 }), (order) => {
        expectHelpful(loadBlueprint(order.map((index) => lines[index]).join('\n'), 'x.yaml'));
      }),
      { numRuns: 100 },
    );
  });

  it('loading answers, and never throws, for any JSON in place of an object', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (spec, metadata) => {
        expectHelpful(
          blueprintFrom({ apiVersion: 'fairlead.dev/v1alpha1', kind: 'Blueprint', metadata, spec }, 'object'),
        );
        expectHelpful(blueprintFrom({ metadata, spec, governance: spec, verification: metadata }, 'object'));
        expect(typeof loadGlobal(JSON.stringify({ spec, metadata }), 'g.yaml').ok).toBe('boolean');
      }),
      { numRuns: 200 },
    );
  });

  const names = Array.from({ length: 36_000 }, (_, i) => `a${i.toString(36)}`);
  it.each([
    ['a map in one line', `{${names.map((name) => `${name}:`).join(',')}}`, 'MissingField'],
    ['a map of many lines', names.map((name) => `${name}:`).join('\n'), 'MissingField'],
    ['a map of one key again and again', names.map(() => 'a: x').join('\n'), 'DuplicateKey'],
    ['a list', `spec:\n${names.map((name) => `- ${name}`).join('\n')}`, 'WrongType'],
    ['a wrong list', `metadata: {name: x, version: 1.0.0}\nspec:\n  freeze: [${names.join(', ')}]`, 'OutOfRange'],
  ])('%s as large as allowed is refused in seconds, not minutes', (_, text, code) => {
    const started = performance.now();
    const loaded = loadBlueprint(text, 'x.yaml');
    expect(loaded.ok ? [] : loaded.error.map((fault) => fault.code)).toContain(code);
    expectHelpful(loaded);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
