import type { IncomingMessage, ServerResponse } from "node:http";
import { serve } from "./serve.ts";

/** A question as it arrived. */
export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly max_tokens?: number;
    readonly max_completion_tokens?: number;
    readonly response_format?: { readonly type: string; readonly json_schema?: { schema: object } };
  };
}

/** What the server does with one question: a text is the model's words, anything else is its own doing. */
export type Behaviour = (asked: Asked, response: ServerResponse) => string | undefined;

export interface ModelServer {
  readonly url: string;
  /** Every question that arrived, in order. */
  readonly asked: readonly Asked[];
}

/** The body of a chat completion. */
export function completion(content: string | null, more: Completion = {}): string {
  return JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "test",
    choices: [
      {
        index: 0,
        finish_reason: more.finish ?? "stop",
        message: { role: "assistant", content, refusal: more.refusal ?? null },
      },
    ],
    usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
  });
}

interface Completion {
  readonly finish?: string;
  readonly refusal?: string;
}

/**
 * A server on loopback that speaks chat completions, and behaves as told: the first behaviour for the
 * first question, and so on; the last one stays.
 */
export async function modelServer(...behaviours: readonly Behaviour[]): Promise<ModelServer> {
  const asked: Asked[] = [];
  const url = await serve((request, response) => {
    void read(request).then((body) => {
      const question: Asked = {
        path: request.url ?? "",
        authorization: request.headers.authorization,
        body: JSON.parse(body) as Asked["body"],
      };
      asked.push(question);
      const behaviour = behaviours[Math.min(asked.length, behaviours.length) - 1];
      const words = behaviour?.(question, response);
      if (words !== undefined) json(response, 200, completion(words));
    });
  });
  return { url: `${url}/v1`, asked };
}

export function json(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
