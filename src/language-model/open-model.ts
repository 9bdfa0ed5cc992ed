import { setTimeout as sleep } from "node:timers/promises";
import { CanonryError } from "../model/errors.ts";
import type { LanguageModel, ModelRecords } from "../model/language-model.ts";
import type { Settings } from "../model/publication.ts";
import type { Secret } from "../model/secret.ts";
import { Budget } from "./budget.ts";
import { ChatCompletions, type ChatOptions } from "./chat-completions.ts";
import { RecordedModel } from "./recorded-model.ts";

export interface ModelOutside {
  readonly settings: Settings["enrichment"];
  readonly key: Secret | null;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly wait?: ChatOptions["wait"];
}

/** A model and what it cost. Close it, whatever happens. */
export interface OpenModel {
  readonly name: string;
  readonly budget: Budget;
  /**
   * The model, with its responses kept there: in the ledger, or in replay those of the file that
   * `settings.replay` names. All of them share one budget, and no question is sent twice at once.
   */
  recordedIn(records: ModelRecords): LanguageModel;
  close(): Promise<void>;
}

/** The model that is configured; null if there is none. Throws MODEL_ADDRESS, CONFIG_INVALID. */
export function openModel(outside: ModelOutside): OpenModel | null {
  const { settings, key } = outside;
  const { url, model: name, replay } = settings;
  if (name === null) {
    if (url === null && replay === null) return null;
    throw new CanonryError("CONFIG_INVALID", "no model is named", { key: "enrichment.model" });
  }
  if (url === null && replay === null) return null;
  const { price_in: input, price_out: output, max_cost: limit } = settings;
  if (limit !== null && replay === null && (input === null || output === null)) {
    const message = "a largest cost needs both prices, enrichment.price_in and price_out";
    throw new CanonryError("CONFIG_INVALID", message, { key: "enrichment.max_cost" });
  }
  const budget = new Budget(limit);
  const prices = { input: input ?? 0, output: output ?? 0 };
  const client = replay === null && url !== null ? clientOf(outside, url, name) : null;
  const shared = { name, asker: client, budget, prices, key, underWay: new Map() };
  return {
    name,
    budget,
    recordedIn: (records) => new RecordedModel({ ...shared, records }),
    close: async () => client?.close(),
  };
}

function clientOf(
  { settings, key, signal, random, wait }: ModelOutside,
  url: string,
  model: string,
): ChatCompletions {
  if (key !== null && !/^[\x21-\x7e]+$/.test(key.reveal())) {
    throw new CanonryError("CONFIG_INVALID", "the key holds signs that no key has", {
      key: settings.key_env,
    });
  }
  return new ChatCompletions({
    url,
    model,
    key,
    timeoutMs: settings.timeout_seconds * 1000,
    retries: settings.retries,
    allowHttp: settings.allow_http,
    signal,
    random,
    wait: wait ?? pause,
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw new CanonryError("INTERRUPTED", "asking a model was interrupted");
  });
}
