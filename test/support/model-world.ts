import { DEFAULTS } from "../../src/config/defaults.ts";
import { type OpenModel, openModel } from "../../src/language-model/open-model.ts";
import type {
  LanguageModel,
  ModelRecord,
  ModelRecords,
  ModelRequest,
} from "../../src/model/language-model.ts";
import type { Settings } from "../../src/model/publication.ts";
import { Secret } from "../../src/model/secret.ts";

export const KEY = "sk-test-0123456789abcdef";

export const QUESTION: ModelRequest = {
  prompt: "Describe the columns.",
  schema: { type: "object" },
  maxTokens: 500,
};

/** Responses kept in memory. */
export class MemoryRecords implements ModelRecords {
  readonly kept = new Map<string, ModelRecord>();
  failure: Error | null = null;

  find(hash: string): Promise<ModelRecord | null> {
    return Promise.resolve(this.kept.get(hash) ?? null);
  }

  record(record: ModelRecord): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure);
    this.kept.set(record.requestHash, record);
    return Promise.resolve();
  }
}

/** A model at an address, with what it needs in memory: pauses take no time and are kept. */
export class ModelWorld {
  readonly records = new MemoryRecords();
  readonly pauses: number[] = [];
  readonly stop = new AbortController();
  readonly open: OpenModel;
  readonly model: LanguageModel;

  constructor(url: string | null, more: Partial<Settings["enrichment"]> = {}) {
    const settings = { ...DEFAULTS.enrichment, url, model: "test", timeout_seconds: 0.5, ...more };
    const open = openModel({
      settings,
      key: new Secret(KEY),
      signal: this.stop.signal,
      random: () => 0.5,
      wait: (ms) => Promise.resolve(void this.pauses.push(ms)),
    });
    if (open === null) throw new Error("no model is configured");
    this.open = open;
    this.model = open.recordedIn(this.records);
  }
}
