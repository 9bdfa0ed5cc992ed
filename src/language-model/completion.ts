import { CanonryError } from "../model/errors.ts";

/** What of a response of the protocol counts here. */
export interface Completion {
  readonly text: string;
  readonly finishReason: string;
  readonly refusal: string | null;
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Throws MODEL_ANSWER_INVALID if the body is no chat completion with a choice in it. */
export function completionOf(body: string): Completion {
  const choices = field(parsed(body), "choices");
  if (!Array.isArray(choices)) {
    throw new CanonryError("MODEL_ANSWER_INVALID", "the response is no chat completion");
  }
  const [choice] = choices as unknown[];
  const message = field(choice, "message");
  if (message === undefined) {
    throw new CanonryError("MODEL_ANSWER_INVALID", "the response holds no choice");
  }
  const refusal = field(message, "refusal");
  const reason = field(choice, "finish_reason");
  return {
    text: contentOf(field(message, "content")),
    finishReason: typeof reason === "string" ? reason : "",
    refusal: typeof refusal === "string" && refusal !== "" ? refusal : null,
  };
}

/** Whether a body is an answer at all, so that asking again would be paying twice. */
export function isCompletion(body: string): boolean {
  return Array.isArray(field(parsed(body), "choices"));
}

/** Tokens that the server counted; 0 where it says nothing. Never throws. */
export function usageOf(body: string): Usage {
  const usage = field(parsed(body), "usage");
  return {
    promptTokens: count(field(usage, "prompt_tokens")),
    completionTokens: count(field(usage, "completion_tokens")),
  };
}

/** A text, or the texts of a list of parts, as some servers write it. */
function contentOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as unknown[])
    .map((part) => field(part, "text"))
    .filter((text) => typeof text === "string")
    .join("");
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0
    ? Math.min(value, 2 ** 31 - 1)
    : 0;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export function field(value: unknown, name: string): unknown {
  if (value === null || typeof value !== "object") return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
