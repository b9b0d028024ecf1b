import { expect, it } from 'vitest';
import { everyArgument, withoutNulls } from './everyArgument.ts';

const PROPOSE = {
  type: 'object',
  properties: {
    service: { type: 'string' },
    operation: { type: 'string', enum: ['scale', 'restart_pods'] },
    replicas: { type: 'integer', minimum: 0, description: 'For scale.' },
    detail: { type: 'string', enum: ['concise', 'full'] },
    until: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    note: { description: 'Anything.' },
  },
  required: ['service', 'operation'],
  additionalProperties: false,
};

it('asks for every argument, and takes null for what may be left out', () => {
  expect(everyArgument(PROPOSE)).toEqual({
    ...PROPOSE,
    properties: {
      service: PROPOSE.properties.service,
      operation: PROPOSE.properties.operation,
      replicas: { type: ['integer', 'null'], minimum: 0, description: 'For scale.' },
      detail: { type: ['string', 'null'], enum: ['concise', 'full', null] },
      until: { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] },
      note: { description: 'Anything.' },
    },
    required: ['service', 'operation', 'replicas', 'detail', 'until', 'note'],
  });
});

it.each([
  ['null where it may be left out', { service: 'shop/web', replicas: null, detail: 'null' }, { service: 'shop/web' }],
  ['nothing that was meant', { replicas: 0, note: '', detail: 'full' }, { replicas: 0, note: '', detail: 'full' }],
  ['nothing that is required, nor what nobody asked for', { service: null, more: null }, { service: null, more: null }],
])('keeps from the server %s', (_what, sent, heard) => {
  expect(withoutNulls(sent, PROPOSE)).toEqual(heard);
});

it.each([[{}], [{ type: 'object' }], [{ properties: [], required: 'all' }]])(
  'leaves %j without arguments',
  (schema) => {
    expect(everyArgument(schema)).toEqual({ ...schema, properties: {}, required: [] });
  },
);
