import { closeBytes } from "../../data-layer/file-bytes.ts";
import { CellBudget, keepRows } from "../../formats/kept-rows.ts";
import { openWorkbook } from "../../formats/open-workbook.ts";
import { readRegionRows } from "../../formats/region-rows.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Region } from "../../model/manifest/manifest.ts";
import type { RegionRow } from "../../model/region-row.ts";
import type { Sheet, Workbook } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { World } from "../world.ts";

/** Over all releases that are worked on: about 60 MB. */
const KEPT_CELLS = new CellBudget(600_000);

/** More than are read at once, by far. */
const MOST_OPEN = 16;

/** The files of one release while it is worked on: each workbook is opened once, a small one parsed once. */
export class ReleaseFiles {
  private readonly world: World;
  private readonly bytes = new Map<string, Promise<Bytes>>();
  private readonly workbooks = new Map<string, Promise<Workbook>>();

  constructor(world: World) {
    this.world = world;
  }

  /** The rows of a region, read again from its artifact. */
  async *rowsOf(region: Region): AsyncGenerator<readonly RegionRow[]> {
    const workbook = await this.workbook(region.artifact, region.file);
    const sheet = workbook.sheets.find(
      (one) => one.member === region.member && one.name === region.sheet,
    );
    if (sheet === undefined) {
      throw new CanonryError("CONSERVATION_BROKEN", "the sheet that was drafted is not there", {
        file: region.file,
        sheet: region.sheet ?? undefined,
      });
    }
    yield* readRegionRows(sheet.rows(), region);
  }

  /** The bytes of a region that is one CSV of its own; null for any other. */
  async textOf(region: Region): Promise<NonNullable<Sheet["text"]> | null> {
    const workbook = await this.workbook(region.artifact, region.file);
    const sheet = workbook.sheets.find(
      (one) => one.member === region.member && one.name === region.sheet,
    );
    return sheet?.text ?? null;
  }

  /** The workbook in an artifact. Throws what openWorkbook throws. */
  async workbook(sha256: string, fileName: string): Promise<Workbook> {
    const open = this.workbooks.get(sha256);
    if (open !== undefined) {
      this.workbooks.delete(sha256);
      this.workbooks.set(sha256, open);
    }
    await this.closeOldest();
    return kept(this.workbooks, sha256, async () => {
      const bytes = await this.open(sha256, fileName);
      const { limits } = this.world.config.settings;
      return keepRows(await openWorkbook(bytes, { limits, fileName }), KEPT_CELLS);
    });
  }

  private open(sha256: string, name: string): Promise<Bytes> {
    return kept(this.bytes, sha256, () => this.world.data.openArtifact(sha256, name));
  }

  /** A release may have hundreds of files; what was not asked for the longest is opened again if it is. */
  private async closeOldest(): Promise<void> {
    const [oldest] = this.workbooks;
    if (oldest === undefined || this.workbooks.size < MOST_OPEN) return;
    this.workbooks.delete(oldest[0]);
    await oldest[1].then((workbook) => workbook.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.workbooks.values());
    for (const one of opened) if (one.status === "fulfilled") await one.value.close();
    const bytes = await Promise.allSettled(this.bytes.values());
    for (const one of bytes) if (one.status === "fulfilled") await closeBytes(one.value);
    this.workbooks.clear();
    this.bytes.clear();
  }
}

function kept<Value>(
  cache: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}
