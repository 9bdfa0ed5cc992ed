import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { CanonryError, type ErrorCode, type Where } from "../model/errors.ts";
import type { Limits } from "../model/limits.ts";
import type { TableGuide } from "../model/publication.ts";
import type { FileSeen } from "../stages/draft/index.ts";

/** One file to read. */
export interface DraftRequest {
  readonly sha256: string;
  readonly file: string;
  readonly limits: Limits;
  readonly guides: readonly TableGuide[];
}

/** What the thread says of it. */
export type DraftAnswer =
  | { readonly seen: FileSeen }
  | {
      readonly refused: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly where: Where;
      };
    }
  | { readonly bug: string };

const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/pipeline/draft-worker.js" : "draft-worker.js",
  import.meta.url,
);

const STOPPED: DraftAnswer = {
  refused: { code: "INTERRUPTED", message: "drafting was interrupted", where: {} },
};

interface Waiting {
  readonly request: DraftRequest;
  readonly settle: (answer: DraftAnswer) => void;
}

/**
 * Reads files on other cores, as many at once as there are cores. A thread begins with the first file that it
 * gets; `close` ends all, and what is still being read is refused with INTERRUPTED.
 */
export class DraftWorkers {
  private readonly home: string;
  private readonly size = availableParallelism();
  private readonly idle: Worker[] = [];
  private readonly busy = new Map<Worker, Waiting>();
  private readonly waiting: Waiting[] = [];
  private closed = false;

  constructor(home: string) {
    this.home = home;
  }

  /** Throws what the reader throws of the file. */
  async read(request: DraftRequest): Promise<FileSeen> {
    const answer = await new Promise<DraftAnswer>((settle) => {
      if (this.closed) settle(STOPPED);
      this.waiting.push({ request, settle });
      this.next();
    });
    if ("seen" in answer) return answer.seen;
    if ("bug" in answer) throw new Error(`the reader of ${request.file} failed: ${answer.bug}`);
    throw new CanonryError(answer.refused.code, answer.refused.message, answer.refused.where);
  }

  async close(): Promise<void> {
    this.closed = true;
    const stopped = {
      code: "INTERRUPTED",
      message: "drafting was interrupted",
      where: {},
    } as const;
    for (const { settle } of [...this.waiting.splice(0), ...this.busy.values()]) {
      settle({ refused: stopped });
    }
    const workers = [...this.idle.splice(0), ...this.busy.keys()];
    this.busy.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  private next(): void {
    if (this.closed || this.waiting.length === 0) return;
    const worker = this.idle.pop() ?? (this.busy.size < this.size ? this.begin() : undefined);
    const job = worker === undefined ? undefined : this.waiting.shift();
    if (worker === undefined || job === undefined) return;
    this.busy.set(worker, job);
    worker.ref();
    worker.postMessage(job.request);
  }

  private begin(): Worker {
    const worker = new Worker(SCRIPT, { workerData: { home: this.home }, env: {}, execArgv: [] });
    worker.on("message", (answer: DraftAnswer) => {
      this.settle(worker, answer);
      worker.unref();
      if (!this.closed) this.idle.push(worker);
      this.next();
    });
    worker.on("error", (error) => {
      this.settle(worker, { bug: error.stack ?? error.message });
      this.next();
    });
    return worker;
  }

  private settle(worker: Worker, answer: DraftAnswer): void {
    this.busy.get(worker)?.settle(answer);
    this.busy.delete(worker);
  }
}
