import { CanonryError } from "../../model/errors.ts";
import {
  GENERATION_STAGES,
  type Generation,
  type GenerationMetadata,
  type GenerationStage,
  resolveMetadata,
} from "../../model/manifest/generation.ts";
import type { StorageBackend } from "../../model/storage/storage.ts";
import { closeBytes } from "../file-bytes.ts";
import type { Paths } from "../paths.ts";

/** The files of a generation, and the one that says that somebody has taken its id. */
const FILES = {
  prompt: "prompt.txt",
  raw: "raw.txt",
  parsed: "parsed.txt",
  metadata: "metadata.json",
  raw_metadata: "raw_metadata.json",
  parsed_metadata: "parsed_metadata.json",
  reserved: "reserved",
} as const;

/**
 * The generations in the folder of one run: for each stage and generation prompt, raw and parsed text, and
 * main, raw and parsed metadata. Every write is whole or not at all. It knows the storage, and nothing of who
 * calls it. A stage that there is not is GENERATION_INVALID, an id that is no file name PATH_UNSAFE.
 */
export class Generations {
  readonly runId: string;
  private readonly storage: StorageBackend;
  private readonly paths: Paths;

  constructor(storage: StorageBackend, paths: Paths, runId: string) {
    this.storage = storage;
    this.paths = paths;
    this.runId = runId;
  }

  /** Key of the folder, with a slash at its end. */
  folder(stage: GenerationStage, id: string): string {
    return this.paths.keys.generation(this.runId, checkedStage(stage), id);
  }

  promptPath = (stage: GenerationStage, id: string): string => this.path(stage, id, "prompt");
  rawPath = (stage: GenerationStage, id: string): string => this.path(stage, id, "raw");
  parsedPath = (stage: GenerationStage, id: string): string => this.path(stage, id, "parsed");
  metadataPath = (stage: GenerationStage, id: string): string => this.path(stage, id, "metadata");
  rawMetadataPath = (stage: GenerationStage, id: string): string =>
    this.path(stage, id, "raw_metadata");
  parsedMetadataPath = (stage: GenerationStage, id: string): string =>
    this.path(stage, id, "parsed_metadata");

  /** Takes an id. False if it is taken; what stands there stays. */
  async reserve(stage: GenerationStage, id: string): Promise<boolean> {
    if (await this.exists(stage, id)) return false;
    return this.storage.put(this.path(stage, id, "reserved"), "", { ifAbsent: true });
  }

  /** Reserved, or holding any file. */
  async exists(stage: GenerationStage, id: string): Promise<boolean> {
    for await (const _found of this.storage.list(this.folder(stage, id))) return true;
    return false;
  }

  /** Ids of a stage, ascending. */
  async list(stage: GenerationStage): Promise<readonly string[]> {
    const prefix = this.paths.keys.generations(this.runId, checkedStage(stage));
    const ids = new Set<string>();
    for await (const { key } of this.storage.list(prefix)) {
      const [id = "", file] = key.slice(prefix.length).split("/");
      if (file !== undefined) ids.add(id);
    }
    return [...ids].sort();
  }

  writePrompt = (stage: GenerationStage, id: string, text: string): Promise<void> =>
    this.write(stage, id, "prompt", text);
  writeRaw = (stage: GenerationStage, id: string, text: string): Promise<void> =>
    this.write(stage, id, "raw", text);
  writeParsed = (stage: GenerationStage, id: string, text: string): Promise<void> =>
    this.write(stage, id, "parsed", text);
  writeMetadata = (stage: GenerationStage, id: string, value: object): Promise<void> =>
    this.write(stage, id, "metadata", json(value));
  writeRawMetadata = (stage: GenerationStage, id: string, value: object): Promise<void> =>
    this.write(stage, id, "raw_metadata", json(value));
  writeParsedMetadata = (stage: GenerationStage, id: string, value: object): Promise<void> =>
    this.write(stage, id, "parsed_metadata", json(value));

  /** Writes every file of a generation that it has; the main metadata last. */
  async writeAll(generation: Generation): Promise<void> {
    const { stage, id, prompt, raw, parsed } = generation;
    await Promise.all([
      ...(prompt === null ? [] : [this.writePrompt(stage, id, prompt)]),
      ...(raw === null ? [] : [this.writeRaw(stage, id, raw)]),
      ...(parsed === null ? [] : [this.writeParsed(stage, id, parsed)]),
      this.writeRawMetadata(stage, id, generation.raw_metadata),
      this.writeParsedMetadata(stage, id, generation.parsed_metadata),
    ]);
    await this.writeMetadata(stage, id, generation.metadata);
  }

  /** Each throws GENERATION_MISSING if the file is not there. */
  readPrompt = (stage: GenerationStage, id: string): Promise<string> =>
    this.read(stage, id, "prompt");
  readRaw = (stage: GenerationStage, id: string): Promise<string> => this.read(stage, id, "raw");
  readParsed = (stage: GenerationStage, id: string): Promise<string> =>
    this.read(stage, id, "parsed");
  /** Each throws GENERATION_MISSING, or GENERATION_MALFORMED if it is no JSON object. */
  readMetadata = (stage: GenerationStage, id: string): Promise<Json> =>
    this.readJson(stage, id, "metadata");
  readRawMetadata = (stage: GenerationStage, id: string): Promise<Json> =>
    this.readJson(stage, id, "raw_metadata");
  readParsedMetadata = (stage: GenerationStage, id: string): Promise<Json> =>
    this.readJson(stage, id, "parsed_metadata");

  /** Removes a generation; the keys that went, or with `dryRun` would go. Throws GENERATION_MISSING. */
  async delete(
    stage: GenerationStage,
    id: string,
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { key } of this.storage.list(this.folder(stage, id))) keys.push(key);
    if (keys.length === 0) throw missing(this.folder(stage, id));
    if (!dryRun) for (const key of keys) await this.storage.remove(key);
    return keys;
  }

  private path(stage: GenerationStage, id: string, file: keyof typeof FILES): string {
    return `${this.folder(stage, id)}${FILES[file]}`;
  }

  private async write(
    stage: GenerationStage,
    id: string,
    file: keyof typeof FILES,
    text: string,
  ): Promise<void> {
    await this.storage.put(this.path(stage, id, file), text);
  }

  private async read(
    stage: GenerationStage,
    id: string,
    file: keyof typeof FILES,
  ): Promise<string> {
    const key = this.path(stage, id, file);
    const bytes = await this.storage.open(key);
    if (bytes === null) throw missing(key);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of bytes.stream()) chunks.push(chunk);
    } finally {
      await closeBytes(bytes);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  private async readJson(
    stage: GenerationStage,
    id: string,
    file: keyof typeof FILES,
  ): Promise<Json> {
    const text = await this.read(stage, id, file);
    const where = { file: this.path(stage, id, file) };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new CanonryError("GENERATION_MALFORMED", `no JSON: ${message}`, where);
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
    throw new CanonryError("GENERATION_MALFORMED", "it holds no JSON object", where);
  }
}

type Json = Readonly<Record<string, unknown>>;

/** The typed metadata of a generation, from its metadata.json. Throws what reading and its rules throw. */
export async function resolveGenerationMetadata(
  layer: Generations,
  stage: GenerationStage,
  id: string,
): Promise<GenerationMetadata> {
  return resolveMetadata(stage, id, await layer.readMetadata(stage, id));
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

function missing(key: string): CanonryError {
  return new CanonryError("GENERATION_MISSING", `there is no ${key}`, { file: key });
}

function checkedStage(stage: string): string {
  if (GENERATION_STAGES.some((one) => one === stage)) return stage;
  throw new CanonryError(
    "GENERATION_INVALID",
    `${JSON.stringify(stage)} is no stage: ${GENERATION_STAGES.join(", ")}`,
  );
}
