import { CanonryError } from "../model/errors.ts";
import {
  type LanguageModel,
  type ModelAnswer,
  type ModelRecords,
  type ModelRequest,
  requestHash,
  storable,
} from "../model/language-model.ts";
import type { Secret } from "../model/secret.ts";
import { type Budget, costOf, estimateCost, type ModelPrices, type Reservation } from "./budget.ts";
import type { BeforeAttempt } from "./chat-completions.ts";
import { completionOf, isCompletion, usageOf } from "./completion.ts";

/** Sends a question and gives the body of the answer. */
export interface Asker {
  ask(request: ModelRequest, before: BeforeAttempt): Promise<string>;
}

export interface RecordedOptions {
  readonly name: string;
  /** Null: replay, nothing is asked. */
  readonly asker: Asker | null;
  readonly records: ModelRecords;
  readonly budget: Budget;
  readonly prices: ModelPrices;
  readonly key: Secret | null;
  /** Questions that wait for their answer, by hash. */
  readonly underWay: Map<string, Promise<ModelAnswer>>;
}

/**
 * A model whose every response is in the record before anything is made of it. An equal question is
 * answered from the record, and one that is on its way is not sent a second time.
 */
export class RecordedModel implements LanguageModel {
  readonly name: string;
  readonly #options: RecordedOptions;

  constructor(options: RecordedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  complete(asked: ModelRequest): Promise<ModelAnswer> {
    const request = storable(asked);
    const hash = requestHash(this.name, request);
    const { underWay } = this.#options;
    const before = underWay.get(hash);
    if (before !== undefined)
      return before.then((answer) => ({ ...answer, recorded: true, cost: 0 }));
    const answer = this.#answer(hash, request).finally(() => underWay.delete(hash));
    underWay.set(hash, answer);
    return answer;
  }

  async #answer(hash: string, request: ModelRequest): Promise<ModelAnswer> {
    const { asker, records } = this.#options;
    const found = await records.find(hash);
    if (found !== null && (asker === null || holds(found, request))) {
      return {
        ...completionOf(found.response),
        ...usageOf(found.response),
        cost: 0,
        recorded: true,
      };
    }
    if (asker === null) {
      throw new CanonryError("MODEL_RECORDING_MISSING", `no recorded answer of ${this.name}`, {
        key: hash,
      });
    }
    return this.#ask(asker, hash, request);
  }

  async #ask(asker: Asker, hash: string, request: ModelRequest): Promise<ModelAnswer> {
    const { budget, prices, records, key } = this.#options;
    const reserved: { reservation: Reservation; estimate: number }[] = [];
    const body = await asker.ask(request, (sent) => {
      const estimate = estimateCost(prices, sent, request.maxTokens);
      const reservation = budget.reserve(estimate);
      reserved.push({ reservation, estimate });
      return reservation;
    });
    const response = key?.blot(body) ?? body;
    const usage = usageOf(response);
    const counted = usage.promptTokens + usage.completionTokens > 0;
    const { reservation, estimate } = reserved.at(-1) ?? unasked();
    const cost = counted ? costOf(prices, usage.promptTokens, usage.completionTokens) : estimate;
    reservation.settle(cost);
    await records.record({
      requestHash: hash,
      model: this.name,
      request,
      response,
      ...usage,
      cost,
    });
    return { ...completionOf(response), ...usage, cost, recorded: false };
  }
}

/**
 * Whether a kept response answers a question. Not if it is no completion, nor if it was cut off where a
 * longer answer is allowed now.
 */
function holds(
  found: { readonly request: ModelRequest; readonly response: string },
  request: ModelRequest,
): boolean {
  if (!isCompletion(found.response)) return false;
  if (found.request.maxTokens >= request.maxTokens) return true;
  try {
    return completionOf(found.response).finishReason !== "length";
  } catch {
    return true;
  }
}

function unasked(): never {
  throw new Error("an answer came to a question that was not sent");
}
