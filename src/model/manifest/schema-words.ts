/** Words of JSON Schema, so that a schema of ours reads as what it says. Every field has a description. */
export type Schema = Readonly<Record<string, unknown>>;

export const text = (description: string, more: Schema = {}): Schema => ({
  description,
  type: "string",
  ...more,
});

/** A whole number from 0. */
export const count = (description: string, more: Schema = {}): Schema => ({
  description,
  type: "integer",
  minimum: 0,
  ...more,
});

export const flag = (description: string): Schema => ({ description, type: "boolean" });

export const list = (description: string, items: Schema, more: Schema = {}): Schema => ({
  description,
  type: "array",
  items,
  ...more,
});

export const oneOf = (description: string, values: readonly unknown[]): Schema => ({
  description,
  enum: values,
});

export const mapOf = (description: string, values: Schema): Schema => ({
  description,
  type: "object",
  additionalProperties: values,
});

export const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` });

/** An object with these keys and no others; those named in `optional` may be absent. */
export const record = (
  description: string,
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema => ({
  description,
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  properties,
});
