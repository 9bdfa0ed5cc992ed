import { setTimeout as sleep } from "node:timers/promises";
import { CanonryError, type ErrorCode } from "../model/errors.ts";

/** How often and how long a storage is asked again, and when not any more. */
export interface Patience {
  /** In all, the first included. */
  readonly attempts: number;
  /** Before the second attempt; doubles up to `longestMs`. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** After an interrupt nothing is repeated; what is under way comes to its end. */
  readonly signal: AbortSignal;
  /** Between 0 and 1: of each pause the second half is left to chance, so that many do not come back at once. */
  random(): number;
}

/** About 12 seconds in all. */
export const PATIENCE = { attempts: 6, firstMs: 200, longestMs: 6_000 } as const;

const PASSES: ReadonlySet<ErrorCode> = new Set(["STORAGE_UNAVAILABLE"]);

/** Whether a failure may pass by itself. */
export function mayPass(error: unknown): boolean {
  return error instanceof CanonryError && PASSES.has(error.code);
}

/** Does something that may be done again, until it comes to an end or patience does; then its last error. */
export async function patiently<Result>(
  patience: Patience,
  work: (attempt: number) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      await waitBehind(patience, attempt, error);
    }
  }
}

/** Waits behind an attempt that failed, until it is time for the next; throws its error if there is none. */
export async function waitBehind(
  { attempts, firstMs, longestMs, signal, random }: Patience,
  attempt: number,
  error: unknown,
): Promise<void> {
  if (!mayPass(error) || attempt >= attempts || signal.aborted) throw error;
  const wholeMs = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  await sleep((wholeMs / 2) * (1 + random()), undefined, { signal }).catch(() => {
    throw error;
  });
}
