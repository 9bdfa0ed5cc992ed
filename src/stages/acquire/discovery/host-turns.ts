import { setTimeout as sleep } from "node:timers/promises";
import { CanonryError } from "../../../model/errors.ts";

/** One request at a time to each host, with a pause between two: whoever shares this is polite together. */
export class HostTurns {
  private readonly last = new Map<string, Promise<unknown>>();
  private readonly pauseMs: number;
  private readonly signal: AbortSignal;

  constructor(pauseMs: number, signal: AbortSignal) {
    this.pauseMs = pauseMs;
    this.signal = signal;
  }

  /** Throws what `work` throws; INTERRUPTED in a pause. */
  async run<Result>(host: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(host);
    const turn = this.after(before, work);
    this.last.set(
      host,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private async after<Result>(
    before: Promise<unknown> | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (before !== undefined) {
      await before;
      await sleep(this.pauseMs, undefined, { signal: this.signal }).catch(() => {
        throw new CanonryError("INTERRUPTED", "looking at pages was interrupted");
      });
    }
    return work();
  }
}
