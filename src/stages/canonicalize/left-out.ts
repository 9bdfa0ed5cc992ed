import type { LeftOut, SourceDecision } from "../../model/decision.ts";
import type { Region, ReleaseManifest } from "../../model/manifest/manifest.ts";

/** It may be loaded: what stray texts stand in its rows is for the load to set aside. */
export function isSound(region: Region): boolean {
  return !region.quarantined || region.stray_cells !== undefined;
}

/** The same content delivered twice is one delivery. */
export function withoutDuplicates(regions: readonly Region[], left: LeftOut[]): readonly Region[] {
  return regions.filter((region, at) => {
    const first = regions.findIndex((other) => other.fingerprint === region.fingerprint);
    if (first === at) return true;
    const twin = regions[first];
    left.push({
      ...leftOutRegion(region),
      what: "duplicate",
      reason: `same content as ${twin?.member ?? twin?.file ?? ""}`,
    });
    return false;
  });
}

/** Sheets that the reader could make nothing of. */
export function quarantinedSheets(release: ReleaseManifest): readonly LeftOut[] {
  return release.sheets.flatMap((sheet): LeftOut[] => {
    const hasRegion = release.regions.some(
      (region) =>
        region.artifact === sheet.artifact &&
        region.member === sheet.member &&
        region.sheet === sheet.sheet,
    );
    if (!sheet.quarantined || hasRegion) return [];
    const file = release.artifacts.find((one) => one.sha256 === sheet.artifact)?.file ?? "";
    return [
      {
        what: "quarantined",
        file,
        member: sheet.member,
        sheet: sheet.sheet,
        range: null,
        artifact: sheet.artifact,
        reason: sheet.reasons.join("; "),
      },
    ];
  });
}

export function leftOutRegion(region: Region): LeftOut {
  return {
    what: "quarantined",
    file: region.file,
    member: region.member,
    sheet: region.sheet,
    range: region.range,
    artifact: region.artifact,
    reason: region.reasons.join("; ") || "quarantined beside another part of its source",
  };
}

/** A table that was delivered before, or of which nobody said yet what it is. */
export function leftOutTwin(region: Region, what: "same" | "unsure", evidence: string): LeftOut {
  const why = what === "same" ? "duplicate" : "quarantined";
  return { ...leftOutRegion(region), what: why, reason: evidence };
}

export function leftOutFile(
  file: string,
  artifact: string,
  error: { readonly code: string; readonly message: string },
): LeftOut {
  return {
    what: "unreadable",
    file,
    member: null,
    sheet: null,
    range: null,
    artifact,
    reason: `${error.code}: ${error.message}`,
  };
}

/** Why none of the tables of a source is loaded. */
export function outFor(
  reasons: readonly string[],
  regions: readonly Region[],
): Pick<SourceDecision, "reasons" | "left_out"> {
  const reason = reasons.join("; ");
  return { reasons, left_out: regions.map((one) => ({ ...leftOutRegion(one), reason })) };
}
