import type { ModelRequest } from "../model/language-model.ts";

/** How a request says what the answer shall be; servers know different ways. */
export interface RequestShape {
  readonly format: "json_schema" | "json_object" | "none";
  /** The older and the newer name of the longest answer. */
  readonly limit: "max_tokens" | "max_completion_tokens";
}

export const STRICT: RequestShape = { format: "json_schema", limit: "max_tokens" };

const LAXER = { json_schema: "json_object", json_object: "none", none: null } as const;

/** The next shape to try after the server did not take one; null if there is none. */
export function nextShape(shape: RequestShape, message: string): RequestShape | null {
  if (shape.limit === "max_tokens" && message.includes("max_completion_tokens")) {
    return { ...shape, limit: "max_completion_tokens" };
  }
  const format = LAXER[shape.format];
  return format === null ? null : { ...shape, format };
}

/** The JSON that is sent. Where the server takes no schema, the prompt says it. */
export function bodyOf(model: string, request: ModelRequest, shape: RequestShape): string {
  const { prompt, schema, maxTokens } = request;
  const content =
    shape.format === "json_schema"
      ? prompt
      : `${prompt}\n\nAnswer with JSON alone, of this JSON Schema:\n${JSON.stringify(schema)}`;
  return JSON.stringify({
    model,
    messages: [{ role: "user", content }],
    [shape.limit]: maxTokens,
    ...formatOf(shape, schema),
  });
}

function formatOf(shape: RequestShape, schema: object): object {
  switch (shape.format) {
    case "json_schema": {
      const json_schema = { name: "answer", strict: true, schema };
      return { response_format: { type: "json_schema", json_schema } };
    }
    case "json_object":
      return { response_format: { type: "json_object" } };
    case "none":
      return {};
  }
}
