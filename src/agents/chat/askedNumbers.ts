import type { ChatTool } from '../../ports/model.ts';

type Schema = ChatTool['parameters'];

/**
 * A tool as a chat's model is shown it, with every number asked for: one that may be left out is null where none is meant. Small models leave
 * out what they may, also the number that they were told a sentence before; texts they invent where they are asked for.
 */
export function withNumbersAsked({ name, description, parameters }: ChatTool): ChatTool {
  const numbers = optionalNumbers(parameters);
  if (numbers.length === 0) return { name, description, parameters };
  const properties = objectOf(parameters['properties']);
  const asked = numbers.map((number): [string, Schema] => {
    const property = objectOf(properties[number]);
    return [number, { ...property, type: [property['type'], 'null'] }];
  });
  const shown = {
    ...parameters,
    properties: { ...properties, ...Object.fromEntries(asked) },
    required: [...requiredOf(parameters), ...numbers],
  };
  return { name, description, parameters: shown };
}

/** What was sent without what is null, or says the word, where it may be left out: the server never hears of it. */
export function withoutNulls(
  args: Readonly<Record<string, unknown>>,
  parameters: Schema,
): Readonly<Record<string, unknown>> {
  const optional = new Set(optionalOf(parameters));
  return Object.fromEntries(
    Object.entries(args).filter(([name, value]) => !(optional.has(name) && (value === null || value === 'null'))),
  );
}

function optionalOf(parameters: Schema): string[] {
  const required = requiredOf(parameters);
  return Object.keys(objectOf(parameters['properties'])).filter((name) => !required.includes(name));
}

function optionalNumbers(parameters: Schema): string[] {
  const properties = objectOf(parameters['properties']);
  return optionalOf(parameters).filter((name) => NUMBERS.has(objectOf(properties[name])['type']));
}

const NUMBERS: ReadonlySet<unknown> = new Set(['integer', 'number']);

const requiredOf = ({ required }: Schema): readonly unknown[] => (Array.isArray(required) ? required : []);

const objectOf = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
