import { CanonryError } from "../model/errors.ts";

/** Prices per million tokens, in any one currency. */
export interface ModelPrices {
  readonly input: number;
  readonly output: number;
}

export function costOf(prices: ModelPrices, promptTokens: number, answerTokens: number): number {
  return (prices.input * promptTokens + prices.output * answerTokens) / 1_000_000;
}

/** English and JSON take three to four bytes a token; two is a bound that real prompts stay below. */
const BYTES_PER_TOKEN = 2;

/** What a question may cost at most: its bytes as tokens, and the longest answer. */
export function estimateCost(prices: ModelPrices, sent: string, maxTokens: number): number {
  return costOf(prices, Math.ceil(Buffer.byteLength(sent) / BYTES_PER_TOKEN), maxTokens);
}

/** Money set aside for one question that is on its way. */
export interface Reservation {
  /** The answer came and cost this. */
  settle(cost: number): void;
  /** The server did not take the question. */
  release(): void;
  // Neither is called where the answer was lost: it may have been charged, so the estimate stays.
}

/** What may be spent by one command, over all that it asks at once. */
export class Budget {
  readonly limit: number | null;
  #taken = 0;

  /** `limit` null: no bound, all is still counted. */
  constructor(limit: number | null) {
    this.limit = limit;
  }

  /** Spent and set aside. */
  get taken(): number {
    return this.#taken;
  }

  /** Throws MODEL_BUDGET if the estimate does not fit beside what is taken. */
  reserve(estimate: number): Reservation {
    if (this.limit !== null && this.#taken + estimate > this.limit) {
      const left = money(this.limit - this.#taken);
      throw new CanonryError(
        "MODEL_BUDGET",
        `the next question may cost ${money(estimate)}, and ${left} of ${money(this.limit)} are left`,
      );
    }
    this.#taken += estimate;
    return {
      settle: (cost) => {
        this.#taken += cost - estimate;
      },
      release: () => {
        this.#taken -= estimate;
      },
    };
  }
}

function money(amount: number): string {
  return Math.max(0, amount).toFixed(4);
}
