import { CanonryError } from "../model/errors.ts";
import type { Limits } from "../model/limits.ts";
import type { FileFormat, Sheet, Workbook } from "../model/sheet.ts";
import type { Bytes } from "../model/storage/bytes.ts";
import { type Archive, memberBytes, openArchive } from "./archive.ts";
import { openCsv } from "./csv/open-csv.ts";
import { withOdsLayout } from "./legacy/ods-layout.ts";
import { type LegacyReader, openLegacy } from "./legacy/open-legacy.ts";
import { sniffContainer } from "./sniff.ts";
import { openXlsx } from "./xlsx/open-xlsx.ts";

export interface OpenOptions {
  readonly limits: Limits;
  /** The published name: its extension is compared with the bytes. */
  readonly fileName: string;
  /** What reads old workbooks, if not a child of their own. */
  readonly legacy?: LegacyReader;
}

/**
 * Any file as a workbook. What it is, its bytes say; the name only has to agree. Throws FORMAT_*,
 * ARCHIVE_*, WORKBOOK_*, SHEET_TOO_LARGE, XML_DTD_FORBIDDEN, CSV_*.
 */
export function openWorkbook(bytes: Bytes, options: OpenOptions): Promise<Workbook> {
  return open({ ...bytes, name: options.fileName }, options, 0);
}

async function open(bytes: Bytes, options: OpenOptions, depth: number): Promise<Workbook> {
  const container = await sniffContainer(bytes, options.fileName);
  switch (container) {
    case "text":
    case "empty":
      return openCsv(bytes, options.limits);
    case "ole":
    case "biff":
    case "spreadsheetml":
      return openLegacy(bytes, "xls", options.limits, options.legacy);
    case "zip":
      return openZip(bytes, options, depth);
  }
}

async function openZip(bytes: Bytes, options: OpenOptions, depth: number): Promise<Workbook> {
  const archive = await openArchive(bytes, options.limits);
  try {
    switch (kindOfArchive(archive)) {
      case "xlsx":
        return await openXlsx(bytes, archive, options.limits);
      case "xlsb":
        archive.close();
        return await openLegacy(bytes, "xlsb", options.limits, options.legacy);
      case "ods":
        return await openOds(bytes, archive, options);
      default:
        return await openMembers(bytes, archive, options, depth);
    }
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function openOds(bytes: Bytes, archive: Archive, options: OpenOptions): Promise<Workbook> {
  const book = await openLegacy(bytes, "ods", options.limits, options.legacy);
  const whole = await withOdsLayout(book, archive, bytes.name, options.limits);
  archive.close();
  return whole;
}

function kindOfArchive(archive: Archive): FileFormat {
  const paths = [...archive.entries.keys()].map((path) => path.toLowerCase());
  const has = (test: RegExp): boolean => paths.some((path) => test.test(path));
  if (has(/^xl\/workbook\.bin$/)) return "xlsb";
  if (has(/^\[content_types\]\.xml$/) && has(/(?:^|\/)workbook\d*\.xml$/)) return "xlsx";
  return has(/^content\.xml$/) && has(/^(?:mimetype|meta-inf\/manifest\.xml)$/) ? "ods" : "zip";
}

const READABLE = /\.(?:csv|tsv|tab|psv|txt|dat|xlsx|xlsm|xls|xlsb|ods|zip)$/i;
const HIDDEN = /(?:^|\/)(?:__macosx\/|\.|thumbs\.db$)/i;

/** The sheets of all members, in the order of their paths, so that another order of entries changes nothing. */
async function openMembers(
  bytes: Bytes,
  archive: Archive,
  options: OpenOptions,
  depth: number,
): Promise<Workbook> {
  if (depth > options.limits.archive_depth) {
    throw new CanonryError("ARCHIVE_TOO_LARGE", "archives are nested more than once", {
      file: bytes.name,
    });
  }
  const opened: Workbook[] = [];
  const sheets: Sheet[] = [];
  const remarks: string[] = [];
  const paths = [...archive.entries.keys()].filter((path) => !HIDDEN.test(path)).sort();
  const close = async (): Promise<void> => {
    for (const workbook of opened) await workbook.close();
    archive.close();
  };
  try {
    for (const path of paths) {
      const entry = archive.entries.get(path);
      if (entry === undefined) continue;
      if (!READABLE.test(path)) {
        remarks.push(`${path} is no table: passed over`);
        continue;
      }
      const member = memberBytes(archive, entry, options.limits);
      const workbook = await open(member, { ...options, fileName: path }, depth + 1);
      opened.push(workbook);
      for (const sheet of workbook.sheets) {
        const inner = sheet.member === null ? path : `${path}/${sheet.member}`;
        sheets.push({ ...sheet, member: inner, position: sheets.length });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { format: "zip", sheets, properties: {}, dialect: null, remarks, close };
}
