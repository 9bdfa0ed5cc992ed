import { closeBytes } from "../data-layer/file-bytes.ts";
import { openWorkbook } from "../formats/open-workbook.ts";
import { readRegionRows } from "../formats/region-rows.ts";
import type { Bytes } from "../model/bytes.ts";
import { CanonryError } from "../model/errors.ts";
import type { Region } from "../model/manifest.ts";
import type { RegionRow } from "../model/region-row.ts";
import type { Sheet, Workbook } from "../model/sheet.ts";
import type { World } from "./world.ts";

/** The files of one release while it is worked on: each workbook is opened once. */
export class ReleaseFiles {
  private readonly world: World;
  private readonly bytes = new Map<string, Promise<Bytes>>();
  private readonly workbooks = new Map<string, Promise<Workbook>>();

  constructor(world: World) {
    this.world = world;
  }

  open(sha256: string, name: string): Promise<Bytes> {
    return kept(this.bytes, sha256, () => this.world.data.openArtifact(sha256, name));
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

  private workbook(sha256: string, fileName: string): Promise<Workbook> {
    return kept(this.workbooks, sha256, async () =>
      openWorkbook(await this.open(sha256, fileName), {
        limits: this.world.config.settings.limits,
        fileName,
      }),
    );
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
