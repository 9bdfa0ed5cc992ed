// The thread of one worker of DraftWorkers: opens an artifact of the home and reads all its sheets.
import { parentPort, workerData } from "node:worker_threads";
import { DataLayer } from "../data-layer/data-layer.ts";
import { closeBytes } from "../data-layer/file-bytes.ts";
import { LocalStorage } from "../data-layer/local-storage.ts";
import { Paths } from "../data-layer/paths.ts";
import { CanonryError } from "../model/errors.ts";
import { readFile } from "../stages/draft/index.ts";
import type { DraftAnswer, DraftRequest } from "./draft-workers.ts";

const home = (workerData as { readonly home: string }).home;
const data = new DataLayer(new Paths(home), new LocalStorage(home));

async function read({ sha256, file, limits, guides }: DraftRequest): Promise<DraftAnswer> {
  try {
    const bytes = await data.openArtifact(sha256, file);
    try {
      return { seen: await readFile({ sha256, file }, bytes, { limits, guides }) };
    } finally {
      await closeBytes(bytes);
    }
  } catch (error) {
    if (error instanceof CanonryError) {
      return { refused: { code: error.code, message: error.message, where: error.where } };
    }
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on("message", (request: DraftRequest) => {
  void read(request).then((answer) => parentPort?.postMessage(answer));
});
