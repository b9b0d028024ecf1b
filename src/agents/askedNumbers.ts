import type { ChatTool } from '../ports/model.ts';

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

/** What was sent without the numbers that are null, or say the word: the server never hears of them. */
export function withoutNullNumbers(
  args: Readonly<Record<string, unknown>>,
  parameters: Schema,
): Readonly<Record<string, unknown>> {
  const numbers = new Set(optionalNumbers(parameters));
  return Object.fromEntries(
    Object.entries(args).filter(([name, value]) => !(numbers.has(name) && (value === null || value === 'null'))),
  );
}

function optionalNumbers(parameters: Schema): string[] {
  const required = requiredOf(parameters);
  return Object.entries(objectOf(parameters['properties']))
    .filter(([name, property]) => !required.includes(name) && NUMBERS.has(objectOf(property)['type']))
    .map(([name]) => name);
}

const NUMBERS: ReadonlySet<unknown> = new Set(['integer', 'number']);

const requiredOf = ({ required }: Schema): readonly unknown[] => (Array.isArray(required) ? required : []);

const objectOf = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
