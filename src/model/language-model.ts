import { sha256, stableJson } from "./hash.ts";

/** What a language model is asked. Equal questions have the equal hash. */
export interface ModelRequest {
  readonly prompt: string;
  /** JSON Schema of the answer. */
  readonly schema: object;
  /** Longest answer, in tokens. */
  readonly maxTokens: number;
}

/** What came of one question. Everything in it was written by a stranger. */
export interface ModelAnswer {
  /** As the model wrote it; "" where it wrote nothing. */
  readonly text: string;
  /** Of the protocol: "stop", "length" (cut off), "content_filter" … */
  readonly finishReason: string;
  /** Why it would not answer, if it would not. */
  readonly refusal: string | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Paid now, in the currency of the configured prices; 0 for one that stood in the record. */
  readonly cost: number;
  /** True: from the record, nothing was asked. */
  readonly recorded: boolean;
}

export interface LanguageModel {
  readonly name: string;
  /**
   * Throws MODEL_FAILED, MODEL_TIMEOUT, MODEL_TOO_LARGE, MODEL_REDIRECT, MODEL_ADDRESS, MODEL_BUDGET,
   * MODEL_RECORDING_MISSING, MODEL_ANSWER_INVALID, INTERRUPTED, and what keeping the record throws.
   */
  complete(request: ModelRequest): Promise<ModelAnswer>;
}

/** One response as it came in, kept before anything was made of it. */
export interface ModelRecord {
  /** `requestHash` of what was asked. */
  readonly requestHash: string;
  readonly model: string;
  readonly request: ModelRequest;
  /** The body, byte for byte; a key that a server sent back is blotted out. */
  readonly response: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cost: number;
}

/** Where responses are kept. */
export interface ModelRecords {
  find(requestHash: string): Promise<Pick<ModelRecord, "request" | "response"> | null>;
  /** Durable when it returns. */
  record(record: ModelRecord): Promise<void>;
}

/** The question without signs that no database keeps: NUL, and halves of signs. */
export function storable(request: ModelRequest): ModelRequest {
  return { ...request, prompt: request.prompt.replace(/\u0000|\p{Cs}/gu, "") };
}

/** Names a question: model, prompt and schema. How long the answer may be is no part of it. */
export function requestHash(model: string, { prompt, schema }: ModelRequest): string {
  return sha256(stableJson({ model, prompt, schema }));
}
