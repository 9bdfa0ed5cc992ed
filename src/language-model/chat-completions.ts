import { Agent, type Dispatcher, request } from "undici";
import { CanonryError } from "../model/errors.ts";
import type { ModelRequest } from "../model/language-model.ts";
import type { Secret } from "../model/secret.ts";
import { endpointOf, privateLookup } from "./endpoint.ts";
import { type Attempt, failureOf, lost, rejected } from "./failure.ts";
import { bodyOf, nextShape, type RequestShape, STRICT } from "./request-body.ts";

export interface ChatOptions {
  /** Up to, and without, `/chat/completions`. */
  readonly url: string;
  readonly model: string;
  readonly key: Secret | null;
  /** For one attempt, from the connection to the last byte. */
  readonly timeoutMs: number;
  readonly retries: number;
  /** http to public addresses too. */
  readonly allowHttp: boolean;
  readonly signal: AbortSignal;
  /** 0 to 1; spreads what several wait. */
  random(): number;
  /** Ends early, and throws, when the signal is given. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Called before each attempt with the body to be sent; what it throws ends the question unsent. */
export type BeforeAttempt = (sent: string) => Attempt;

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 4 << 20;
const MAX_REDIRECTS = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * A client of one OpenAI-compatible endpoint: `POST <url>/chat/completions`. The key is sent to that
 * host and to no other, and stands in no message. Memory: one response, at most 4 MiB.
 */
export class ChatCompletions {
  readonly #options: ChatOptions;
  readonly #url: URL;
  readonly #agent: Agent;
  /** The strictest shape of a request that the server took so far. */
  #shape: RequestShape = STRICT;

  /** Throws MODEL_ADDRESS. */
  constructor(options: ChatOptions) {
    this.#options = options;
    this.#url = endpointOf(options.url, options.allowHttp);
    const checked = this.#url.protocol === "http:" && !options.allowHttp;
    this.#agent = new Agent({
      connect: {
        timeout: Math.min(CONNECT_TIMEOUT_MS, options.timeoutMs),
        ...(checked ? { lookup: privateLookup } : {}),
      },
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    });
  }

  /**
   * The body of the answer, whole, as it came. Tries again, with growing pauses, what may pass (429,
   * 408, 5xx, cut connections, timeouts), and in a laxer shape what the server does not know (400, 422).
   * Throws MODEL_*, INTERRUPTED, and what `before` throws.
   */
  async ask(question: ModelRequest, before: BeforeAttempt): Promise<string> {
    let shape: RequestShape = this.#shape;
    for (let failures = 0; ; ) {
      const sent = bodyOf(this.#options.model, question, shape);
      const attempt = before(sent);
      try {
        const body = await this.#once(sent);
        this.#shape = shape;
        return body;
      } catch (error) {
        const failure = failureOf(error, this.#options);
        if (!failure.taken) attempt.release();
        const laxer = failure.unknownShape ? nextShape(shape, failure.message) : null;
        if (laxer !== null) {
          shape = laxer;
          continue;
        }
        if (!failure.mayPass || failures >= this.#options.retries) throw failure.error;
        await this.#pause(failures, failure.afterMs, failure.error);
        failures++;
      }
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #once(sent: string): Promise<string> {
    const { key, signal, timeoutMs } = this.#options;
    const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    let url = this.#url;
    for (let hop = 0; ; hop++) {
      const response = await request(url, {
        dispatcher: this.#agent,
        method: "POST",
        signal: ended,
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "accept-encoding": "identity",
          ...(key === null ? {} : { authorization: `Bearer ${key.reveal()}` }),
        },
        body: sent,
      });
      if (response.statusCode < 300) return await textOf(response);
      if (response.statusCode >= 400) {
        throw rejected(response, (await textOf(response)).slice(0, 2000));
      }
      await response.body.dump().catch(() => undefined);
      url = this.#redirected(url, response.headers["location"], hop);
    }
  }

  /** 307 and 308 to another path of the same host are followed; anything else is refused. */
  #redirected(from: URL, location: string | string[] | undefined, hop: number): URL {
    const text =
      typeof location === "string" && URL.canParse(location, from.href) ? location : null;
    const to = text === null ? null : new URL(text, from);
    if (to === null || to.origin !== from.origin || hop >= MAX_REDIRECTS) {
      const where = to === null ? "nowhere" : to.origin;
      throw new CanonryError("MODEL_REDIRECT", `${from.origin} sends the question on to ${where}`);
    }
    return to;
  }

  async #pause(failures: number, askedMs: number, error: CanonryError): Promise<void> {
    if (askedMs > Math.max(LONGEST_PAUSE_MS, this.#options.timeoutMs)) throw error;
    const growing = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    const pause = Math.max(askedMs, growing * (0.5 + this.#options.random() / 2));
    await this.#options.wait(pause, this.#options.signal);
  }
}

async function textOf(response: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) {
      response.body.on("error", () => undefined).destroy();
      throw lost("MODEL_TOO_LARGE", `the response is larger than ${MAX_RESPONSE_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
