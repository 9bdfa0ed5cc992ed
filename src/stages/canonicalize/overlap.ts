import { createHash } from "node:crypto";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import type { RegionRow } from "../../model/region-row.ts";
import { bindPart, type RivalFacts } from "./issues.ts";

/** Files with at least this share of the smaller one's keys in common are issues of one table. */
const RIVALS = 0.5;

/**
 * Compares the keys of every pair of regions of one source. Memory grows with the keys of the source
 * (16 bytes each), and only where a source has several files in one period.
 */
export async function overlaps(
  contract: SourceContract,
  regions: readonly Region[],
  rowsOf: (region: Region) => AsyncIterable<readonly RegionRow[]>,
): Promise<RivalFacts> {
  const keys = new Map<string, ReadonlySet<string>>();
  for (const region of regions) keys.set(region.id, await keysOf(contract, region, rowsOf(region)));
  const overlapping: (readonly [string, string])[] = [];
  const unclear: (readonly [string, string])[] = [];
  for (const [at, a] of regions.entries()) {
    for (const b of regions.slice(at + 1)) {
      const share = shared(keys.get(a.id) ?? new Set(), keys.get(b.id) ?? new Set());
      if (share >= RIVALS) overlapping.push([a.id, b.id]);
      else if (share > 0 && contract.grain.length > 0) unclear.push([a.id, b.id]);
    }
  }
  return { overlapping, unclear };
}

async function keysOf(
  contract: SourceContract,
  region: Region,
  batches: AsyncIterable<readonly RegionRow[]>,
): Promise<ReadonlySet<string>> {
  const { bindings } = bindPart(contract, region);
  const key = bindings.filter(({ column }) => contract.grain.includes(column));
  const used = key.length > 0 ? key : bindings;
  const found = new Set<string>();
  for await (const batch of batches) {
    for (const row of batch) {
      if (row.kind !== "data") continue;
      const text = used.map(({ index }) => row.cells[index]?.text.trim() ?? "").join("\u001f");
      found.add(
        createHash("md5")
          .update(`${row.section ?? ""}\u001e${text}`)
          .digest("base64"),
      );
    }
  }
  return found;
}

function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let both = 0;
  for (const key of small) if (large.has(key)) both++;
  return small.size === 0 ? 0 : both / small.size;
}
