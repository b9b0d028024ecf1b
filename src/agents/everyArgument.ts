import type { DeskTool } from './chatDesk.ts';

type Schema = DeskTool['parameters'];

/**
 * The same arguments, each of them asked for: what may be left out is null where nothing is meant. Small models leave out
 * whatever they may, also what they were told a sentence before; endpoints that hold answers to a schema want it so too.
 */
export function everyArgument(parameters: Schema): Schema {
  const properties = objectOf(parameters['properties']);
  const optional = new Set(optionalArguments(parameters));
  const asked = Object.entries(properties).map(([name, property]) => [
    name,
    optional.has(name) ? orNull(objectOf(property)) : property,
  ]);
  return { ...parameters, properties: Object.fromEntries(asked), required: Object.keys(properties) };
}

/** What was sent without what is null, or says the word, where it may be left out: the server never hears of it. */
export function withoutNulls(
  args: Readonly<Record<string, unknown>>,
  parameters: Schema,
): Readonly<Record<string, unknown>> {
  const optional = new Set(optionalArguments(parameters));
  return Object.fromEntries(
    Object.entries(args).filter(([name, value]) => !(optional.has(name) && (value === null || value === 'null'))),
  );
}

function optionalArguments(parameters: Schema): string[] {
  const required = parameters['required'];
  const given: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.keys(objectOf(parameters['properties'])).filter((name) => !given.includes(name));
}

/** A type, a list of values or a choice of schemas also takes null; a schema that says none of them takes it already. */
function orNull(schema: Schema): Schema {
  const { type, enum: values, anyOf } = schema;
  return {
    ...schema,
    ...(typeof type === 'string' && { type: [type, 'null'] }),
    ...(Array.isArray(values) && { enum: [...values, null] }),
    ...(Array.isArray(anyOf) && { anyOf: [...anyOf, { type: 'null' }] }),
  };
}

const objectOf = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
