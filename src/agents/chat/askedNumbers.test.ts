import { expect, it } from 'vitest';
import { withNumbersAsked, withoutNulls } from './askedNumbers.ts';

const shown = (parameters: Readonly<Record<string, unknown>>): unknown =>
  withNumbersAsked({ name: 'propose', description: 'asks', parameters }).parameters;

const PROPOSE = {
  type: 'object',
  properties: {
    service: { type: 'string' },
    operation: { type: 'string', enum: ['scale', 'restart_pods'] },
    replicas: { type: 'integer', minimum: 0, description: 'For scale.' },
    cpu_request: { type: 'string' },
    share: { type: 'number' },
    revision: { type: 'integer' },
  },
  required: ['service', 'operation', 'revision'],
  additionalProperties: false,
};

it('asks for every number, and takes null for one that may be left out', () => {
  const properties = {
    ...PROPOSE.properties,
    replicas: { type: ['integer', 'null'], minimum: 0, description: 'For scale.' },
    share: { type: ['number', 'null'] },
  };
  const required = ['service', 'operation', 'revision', 'replicas', 'share'];
  expect(shown(PROPOSE)).toEqual({ ...PROPOSE, properties, required });
});

it.each([
  [
    'what is null',
    { service: 'shop/web', replicas: null, share: 'null', cpu_request: 'null' },
    { service: 'shop/web' },
  ],
  ['nothing that was meant', { replicas: 0, cpu_request: '' }, { replicas: 0, cpu_request: '' }],
  ['nothing required, nothing unknown', { revision: null, more: null }, undefined],
])('keeps from the server %s', (_what, sent, heard) => {
  expect(withoutNulls(sent, PROPOSE)).toEqual(heard ?? sent);
});

it.each([[{}], [{ type: 'object' }], [{ properties: [], required: 'all' }]])('leaves %j as it is', (schema) => {
  expect(shown(schema)).toBe(schema);
});
