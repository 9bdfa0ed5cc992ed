import { CanonryError } from "../model/errors.ts";
import {
  type ModelRecord,
  type ModelRecords,
  type ModelRequest,
  requestHash,
} from "../model/language-model.ts";
import { field } from "./completion.ts";

/** Recorded responses as JSON lines, in the order of their hashes: what replay reads. */
export function renderRecordings(
  records: readonly Pick<ModelRecord, "model" | "request" | "response">[],
): string {
  return records
    .map(({ model, request, response }) => ({
      hash: requestHash(model, request),
      model,
      request,
      response,
    }))
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ model, request, response }) => `${JSON.stringify({ model, request, response })}\n`)
    .join("");
}

/**
 * Recorded responses to answer from, without key and network. The hash is made from the question, never
 * taken from the file. Throws MODEL_ANSWER_INVALID with the line that is no recording.
 */
export function readRecordings(text: string, file: string): ModelRecords {
  const found = new Map<string, { request: ModelRequest; response: string }>();
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const record = recordOf(line);
    if (record === null) {
      throw new CanonryError("MODEL_ANSWER_INVALID", "it is no recorded response", {
        file,
        line: at + 1,
      });
    }
    found.set(requestHash(record.model, record.request), record);
  }
  return {
    find: (hash) => Promise.resolve(found.get(hash) ?? null),
    record: () => Promise.resolve(),
  };
}

function recordOf(line: string): { model: string; request: ModelRequest; response: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const model = field(value, "model");
  const response = field(value, "response");
  const request = field(value, "request");
  const prompt = field(request, "prompt");
  const schema = field(request, "schema");
  const maxTokens = field(request, "maxTokens");
  if (typeof model !== "string" || typeof response !== "string") return null;
  if (typeof prompt !== "string" || typeof maxTokens !== "number") return null;
  if (schema === null || typeof schema !== "object") return null;
  return { model, response, request: { prompt, schema, maxTokens } };
}
