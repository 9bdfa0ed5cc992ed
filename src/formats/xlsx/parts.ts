import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import type { Archive, ArchiveEntry } from "../archive.ts";
import { decodeText } from "../decode.ts";
import { attribute, type XmlHandler, XmlScanner } from "../xml.ts";
import { type CellStyle, StylesReader } from "./styles.ts";

/** The archive of a workbook: parts by their path, whatever the case of its letters. */
export class Package {
  readonly archive: Archive;
  readonly file: string;
  readonly limits: Limits;
  private readonly parts: ReadonlyMap<string, ArchiveEntry>;

  constructor(archive: Archive, file: string, limits: Limits) {
    this.archive = archive;
    this.file = file;
    this.limits = limits;
    this.parts = new Map(
      [...archive.entries.values()].map((entry) => [entry.path.toLowerCase(), entry]),
    );
  }

  part(path: string): ArchiveEntry | null {
    return this.parts.get(path.toLowerCase().replace(/^\//, "")) ?? null;
  }

  /** Pieces of text of a part. Other encodings than UTF-8 are told by the byte-order mark. */
  async *text(entry: ArchiveEntry): AsyncGenerator<string> {
    const chunks = this.archive.stream(entry);
    const first = await chunks.next();
    if (first.done === true) return;
    const [a, b] = first.value;
    const encoding =
      a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
    const all = async function* (): AsyncGenerator<Buffer> {
      yield first.value;
      yield* chunks;
    };
    yield* decodeText(all(), encoding);
  }

  /** Runs a whole part through a handler. */
  async scan(entry: ArchiveEntry, handler: XmlHandler): Promise<void> {
    const scanner = this.scanner(entry, handler);
    for await (const piece of this.text(entry)) scanner.write(piece);
    scanner.end();
  }

  scanner(entry: ArchiveEntry, handler: XmlHandler): XmlScanner {
    return new XmlScanner(handler, this.limits.cell_bytes, { file: this.file, member: entry.path });
  }
}

interface Relation {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

/** Relations of a part; targets are absolute in the package. */
export async function relationsOf(pack: Package, path: string): Promise<readonly Relation[]> {
  const slash = path.lastIndexOf("/");
  const folder = path.slice(0, slash + 1);
  const entry = pack.part(`${folder}_rels/${path.slice(slash + 1)}.rels`);
  const found: Relation[] = [];
  if (entry === null) return found;
  await pack.scan(entry, {
    open(name, attributes) {
      if (name !== "Relationship" || attribute(attributes, "TargetMode") === "External") return;
      const target = attribute(attributes, "Target") ?? "";
      found.push({
        id: attribute(attributes, "Id") ?? "",
        type: (attribute(attributes, "Type") ?? "").split("/").at(-1) ?? "",
        target: resolvePath(folder, target),
      });
    },
    close() {},
    text() {},
  });
  return found;
}

function resolvePath(folder: string, target: string): string {
  if (target.startsWith("/")) return target.slice(1);
  const parts: string[] = [];
  for (const part of `${folder}${target}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

export interface SheetPart {
  readonly name: string;
  readonly hidden: boolean;
  readonly entry: ArchiveEntry;
}

export interface WorkbookParts {
  readonly sheets: readonly SheetPart[];
  readonly date1904: boolean;
  readonly strings: ArchiveEntry | null;
  readonly styles: ArchiveEntry | null;
  readonly remarks: readonly string[];
}

/** Which parts are sheets, and how they are called. Throws WORKBOOK_CORRUPT if there is no workbook. */
export async function workbookParts(pack: Package): Promise<WorkbookParts> {
  const main = (await relationsOf(pack, "")).find((one) => one.type === "officeDocument");
  const path = main?.target ?? "xl/workbook.xml";
  const entry = pack.part(path);
  if (entry === null) {
    throw new CanonryError("WORKBOOK_CORRUPT", `it has no ${path}`, { file: pack.file });
  }
  const relations = await relationsOf(pack, entry.path);
  const byType = (type: string): ArchiveEntry | null => {
    const found = relations.find((one) => one.type === type);
    return found === undefined ? null : pack.part(found.target);
  };
  const sheets: SheetPart[] = [];
  const remarks: string[] = [];
  let date1904 = false;
  await pack.scan(entry, {
    open(name, attributes) {
      if (name === "workbookPr")
        date1904 = /^(?:1|true)$/.test(attribute(attributes, "date1904") ?? "");
      if (name !== "sheet") return;
      const title = attribute(attributes, "name") ?? "";
      const relation = relations.find((one) => one.id === idOf(attributes));
      if (relation === undefined || relation.type !== "worksheet") {
        if (relation !== undefined)
          remarks.push(`sheet "${title}" is a ${relation.type}: it holds no cells`);
        return;
      }
      const part = pack.part(relation.target);
      const hidden = /hidden/i.test(attribute(attributes, "state") ?? "");
      if (part === null) remarks.push(`sheet "${title}" has no part ${relation.target}`);
      else sheets.push({ name: title, hidden, entry: part });
    },
    close() {},
    text() {},
  });
  return { sheets, date1904, strings: byType("sharedStrings"), styles: byType("styles"), remarks };
}

/** The relation's id has a namespace prefix that the file may choose: `r:id`, `d3p1:id`. */
function idOf(attributes: string): string | null {
  const match = /:id\s*=\s*["']([^"']*)["']/.exec(attributes);
  return match?.[1] ?? null;
}

export async function readStyles(
  pack: Package,
  entry: ArchiveEntry | null,
): Promise<readonly CellStyle[]> {
  const reader = new StylesReader();
  if (entry !== null) await pack.scan(entry, reader);
  return reader.styles;
}

/** Texts in the order of their index; phonetic hints are left out. An empty one counts as a byte. Throws SHEET_TOO_LARGE. */
export async function readSharedStrings(
  pack: Package,
  entry: ArchiveEntry | null,
): Promise<readonly string[]> {
  const strings: string[] = [];
  if (entry === null) return strings;
  const limit = pack.limits.shared_strings_bytes;
  let text = "";
  let size = 0;
  let inText = false;
  let phonetic = false;
  const grow = (by: number): void => {
    size += by;
    if (size <= limit) return;
    throw new CanonryError("SHEET_TOO_LARGE", `shared strings of more than ${limit} bytes`, {
      file: pack.file,
    });
  };
  await pack.scan(entry, {
    open(name) {
      if (name === "si") text = "";
      else if (name === "t") inText = !phonetic;
      else if (name === "rPh") phonetic = true;
    },
    close(name) {
      if (name === "t") inText = false;
      else if (name === "rPh") phonetic = false;
      else if (name === "si") {
        grow(1);
        strings.push(cellText(text));
      }
    },
    text(piece) {
      if (!inText) return;
      grow(piece.length);
      text += piece;
    },
  });
  return strings;
}

/** `_x000D_` stands for a character that XML cannot hold (ECMA-376 part 1, 22.9.2.19). A NUL stays as it is written. */
export function cellText(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(/_x(?!0000)([0-9A-Fa-f]{4})_/g, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const CORE = new Set([
  "title",
  "subject",
  "creator",
  "keywords",
  "description",
  "created",
  "modified",
]);

/** Core properties that hold text. */
export async function readProperties(pack: Package): Promise<Readonly<Record<string, string>>> {
  const entry = pack.part("docProps/core.xml");
  const properties: Record<string, string> = {};
  if (entry === null) return properties;
  let name = "";
  await pack.scan(entry, {
    open(tag) {
      name = CORE.has(tag) ? tag : "";
    },
    close() {
      name = "";
    },
    text(piece) {
      if (name !== "") properties[name] = `${properties[name] ?? ""}${piece}`;
    },
  });
  return properties;
}
