import { createHash } from "node:crypto";
import type { DataLayer } from "../../data-layer/data-layer.ts";
import { readAll } from "../../data-layer/file-bytes.ts";
import { writerName } from "../../data-layer/leftovers.ts";
import { CanonryError } from "../../model/errors.ts";
import type { RetentionAction, RetentionOutcome } from "../../model/retention.ts";
import type { Planned } from "../../model/stage.ts";
import {
  type ArchivedLog,
  blockBytes,
  blockOf,
  compressed,
  plainOf,
  readArchive,
} from "./archive-format.ts";

/** A log that is to go into the archive of its month. */
export type LogToArchive = Planned<Extract<RetentionAction, { kind: "log" }>>;

/**
 * Puts the logs of one month into its archive and removes them. The new archive is written aside, read back and
 * compared with the old one and the logs; then it takes its place, is read once more, and only what it holds then
 * is deleted. Killed anywhere, the next call goes on: what the archive holds already is not added again. Throws
 * LOG_ARCHIVE_DAMAGED; then nothing was deleted. Memory: one log.
 */
export async function archiveMonth(
  data: DataLayer,
  month: string,
  todo: readonly LogToArchive[],
): Promise<RetentionOutcome> {
  const archive = data.storageOf("archive");
  const key = data.paths.keys.archivedLogs(month);
  const before = await readArchive(archive, key);
  const added: Addition[] = [];
  for (const { action } of todo) {
    const content = await contentOf(data, action.key);
    const log = data.paths.logName(action.key);
    const start = coveredBytes(before, log, content ?? NOTHING);
    if (content === null || start === content.length) continue;
    added.push({ key: action.key, start, block: blockOf(log, content.subarray(start)) });
  }
  if (added.length > 0) await replace(data, key, before, added);
  return removeArchived(data, await readArchive(archive, key), todo);
}

/** A log, or what came to it since it was archived. */
interface Addition {
  readonly key: string;
  /** Bytes of the log that the archive holds already. */
  readonly start: number;
  readonly block: ArchivedLog;
}

/** Writes the archive with what is added aside, and puts it in its place if it reads back as it should. */
async function replace(
  data: DataLayer,
  key: string,
  before: readonly ArchivedLog[],
  added: readonly Addition[],
): Promise<void> {
  const archive = data.storageOf("archive");
  const aside = data.paths.keys.archiving(writerName());
  const plain = async function* (): AsyncGenerator<Uint8Array> {
    yield* plainOf(archive, key);
    for (const { key: log, start, block } of added) {
      const content = (await contentOf(data, log)) ?? NOTHING;
      yield* blockBytes(block, content.subarray(start, start + block.bytes));
    }
  };
  const expected = [...before, ...added.map((one) => one.block)];
  try {
    await archive.put(aside, compressed(plain()));
    const written = await readArchive(archive, aside);
    if (JSON.stringify(written) !== JSON.stringify(expected))
      throw new CanonryError("LOG_ARCHIVE_DAMAGED", "it was read back otherwise than written", {
        file: aside,
      });
    if (!(await archive.move(aside, key)))
      throw new CanonryError("STORAGE_UNAVAILABLE", `${aside} went away before it was kept`);
  } catch (error) {
    await archive.remove(aside).catch(() => false);
    throw error;
  }
}

const NOTHING = Buffer.alloc(0);

/** Deletes each log that the archive holds to its last byte, if it is as it was when that was planned. */
async function removeArchived(
  data: DataLayer,
  standing: readonly ArchivedLog[],
  todo: readonly LogToArchive[],
): Promise<RetentionOutcome> {
  const logs = data.storageOf("logs");
  const done: Planned<RetentionAction>[] = [];
  const left: { key: string; reason: string }[] = [];
  for (const planned of todo) {
    const { key, size_bytes, modified_at } = planned.action;
    const content = await contentOf(data, key);
    const found = await logs.stat(key);
    const isSame = found?.sizeBytes === size_bytes && found.modifiedAt === modified_at;
    if (content === null || found === null) left.push({ key, reason: "it is gone already" });
    else if (!isSame) left.push({ key, reason: "it was written to meanwhile" });
    else if (coveredBytes(standing, data.paths.logName(key), content) !== content.length)
      left.push({ key, reason: "the archive does not hold all of it" });
    else {
      await logs.remove(key);
      done.push(planned);
    }
  }
  return { done, left, failed: [] };
}

async function contentOf(data: DataLayer, key: string): Promise<Buffer | null> {
  const bytes = await data.storageOf("logs").open(key);
  if (bytes === null) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readAll(bytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** How many bytes of a log, from its beginning, stand in the blocks of its name. */
function coveredBytes(blocks: readonly ArchivedLog[], log: string, content: Uint8Array): number {
  let covered = 0;
  for (const block of blocks.filter((one) => one.log === log)) {
    const next = content.subarray(covered, covered + block.bytes);
    const isHeld =
      next.length === block.bytes &&
      createHash("sha256").update(next).digest("hex") === block.sha256;
    if (isHeld) covered += block.bytes;
  }
  return covered;
}
