import { expect, test } from "vitest";
import { CanonryError, type ErrorCode } from "../../src/model/errors.ts";
import { draftRelease } from "../../src/stages/draft/index.ts";

const draftOfFileThat = (code: ErrorCode) =>
  draftRelease({
    publication: "p",
    period: "2025-11",
    artifacts: [
      {
        artifact: { sha256: "a".repeat(64), file: "a.zip", link: "", format: "", size_bytes: 1 },
        open: () => Promise.reject(new CanonryError(code, "what was seen")),
      },
    ],
    periodEvidence: [],
    guides: [],
  });

test("a file that is at fault itself is an artifact with its error", async () => {
  const { artifacts } = await draftOfFileThat("FORMAT_UNKNOWN");
  expect(artifacts).toMatchObject([
    { error: { code: "FORMAT_UNKNOWN", message: "what was seen" } },
  ]);
});

test.each(["STORAGE_UNAVAILABLE", "INTERRUPTED"] as const)(
  "%s says nothing of the file, and ends the draft",
  async (code) => {
    await expect(draftOfFileThat(code)).rejects.toMatchObject({ code });
  },
);
