import { DEFAULTS } from "../../src/config/defaults.ts";
import { openWorkbook } from "../../src/formats/open-workbook.ts";
import type { ReleaseManifest } from "../../src/model/manifest/manifest.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";
import { draftRelease } from "../../src/stages/draft/index.ts";

/** The draft manifest of a release that is this one file. */
export function draftOf(content: Buffer, file: string): Promise<ReleaseManifest> {
  const artifact = {
    sha256: "a".repeat(64),
    file,
    link: "",
    format: "",
    size_bytes: content.length,
  };
  const options = { limits: DEFAULTS.limits, fileName: file };
  return draftRelease({
    publication: "p",
    period: "2025-11",
    artifacts: [{ artifact, open: () => openWorkbook(bytesOf(file, content), options) }],
    periodEvidence: [],
    guides: [],
  });
}
