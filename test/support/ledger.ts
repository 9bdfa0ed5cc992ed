import { createHash } from "node:crypto";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { CanonryError } from "../../src/model/errors.ts";
import { LIMITS } from "../../src/model/limits.ts";
import type { LinkRecord, PageRecord } from "../../src/model/link.ts";
import type { Settings } from "../../src/model/publication.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";
import type { AcquireNeeds, SurveyNeeds } from "../../src/stages/acquire/index.ts";
import { HostTurns, keptPages, linkKey } from "../../src/stages/acquire/index.ts";

/** Local files, a ledger, an artifact store and a clock, all in memory: what fetching needs. */
export class MemoryWorld {
  readonly files = new Map<string, { readonly text: string; readonly time: number }>();
  readonly links = new Map<string, LinkRecord>();
  readonly pages = new Map<string, PageRecord>();
  readonly artifacts = new Map<string, Buffer>();
  clock = Date.parse("2026-01-10T08:00:00.000Z");
  settings: Settings["fetch"] = {
    ...DEFAULTS.fetch,
    allow_private: true,
    retries: 0,
    timeout_seconds: 0.5,
    total_seconds: 3,
  };
  signal = new AbortController().signal;

  write(path: string, text: string, time = 1): void {
    this.files.set(path, { text, time });
  }

  passDays(days: number): void {
    this.clock += days * 86_400_000;
  }

  needs(): SurveyNeeds & AcquireNeeds {
    return {
      listFolder: async (folder) =>
        [...this.files.keys()]
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1)),
      stampOf: async (path) => {
        const file = this.files.get(path);
        return file === undefined ? null : `${file.text.length}-${file.time}`;
      },
      openFile: async (path) => {
        const file = this.files.get(path);
        if (file === undefined) throw new CanonryError("FILE_MISSING", path);
        return { ...bytesOf(path, Buffer.from(file.text)), close: async () => undefined };
      },
      linksOf: async () => [...this.links.values()],
      hasArtifact: async (sha256) => this.artifacts.has(sha256),
      putArtifact: (chunks, { maxBytes }) => this.#put(chunks, maxBytes),
      record: async (link) => void this.links.set(linkKey(link), link),
      now: () => new Date(this.clock).toISOString(),
      settings: this.settings,
      signal: this.signal,
      mostPages: LIMITS.pages,
      readPage: keptPages({
        known: [...this.pages.values()],
        recheckDays: 35,
        force: false,
        putArtifact: (chunks, { maxBytes }) => this.#put(chunks, maxBytes),
        openArtifact: async (sha256) => {
          const content = this.artifacts.get(sha256);
          return content === undefined ? null : bytesOf("page", content);
        },
        recordPage: async (page) => void this.pages.set(page.url, page),
        now: () => new Date(this.clock).toISOString(),
        settings: this.settings,
        limits: LIMITS,
        signal: this.signal,
        turns: new HostTurns(0, this.signal),
      }),
    };
  }

  async #put(
    chunks: AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<{ sha256: string; sizeBytes: number }> {
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw new CanonryError("DOWNLOAD_TOO_LARGE", `over ${maxBytes}`);
      parts.push(chunk);
    }
    const content = Buffer.concat(parts);
    const sha256 = createHash("sha256").update(content).digest("hex");
    this.artifacts.set(sha256, content);
    return { sha256, sizeBytes };
  }
}
