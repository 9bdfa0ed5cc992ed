// How fast the cells of an xlsx are read: 200,000 rows × 12 cells, generated. Beside SheetJS, hucre and
// python-calamine, each in a process of its own, in one run; then with the table finder. Prints one JSON line a reader: seconds,
// cells a second, peak resident memory, and the ratio to the first reader. With a name, that reader alone.
//   node bench/read-xlsx.mjs [rows] [reader]
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const COLUMNS = 12;
const SELF = fileURLToPath(import.meta.url);

/** Text in shared strings, whole numbers, decimals, a date and a mark here and there, as publishers have them. */
function* sheetXml(rows) {
  yield '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>';
  const letters = [..."ABCDEFGHIJKL"];
  const row = (number, cells) =>
    `<row r="${number}">${cells.map((cell, at) => cell(`${letters[at]}${number}`)).join("")}</row>`;
  const shared = (index) => (place) => `<c r="${place}" t="s"><v>${index}</v></c>`;
  const figure = (value, style) => (place) =>
    `<c r="${place}"${style ? ` s="${style}"` : ""}><v>${value}</v></c>`;
  yield row(
    1,
    letters.map((_, at) => shared(at)),
  );
  let state = 12345;
  const next = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % below;
  };
  for (let at = 2; at <= rows + 1; at++) {
    yield row(at, [
      figure(45658 + next(365), 1),
      ...[400, 400, 7].map((below) => shared(12 + next(below))),
      ...[5000, 900, 400, 90000].map((below) => figure(next(below))),
      ...[100, 1000, 10].map((by) => figure(next(90_000) / by)),
      next(50) === 0 ? shared(412) : figure(next(500)),
    ]);
  }
  yield "</sheetData></worksheet>";
}

async function writeWorkbook(path, rows) {
  const { default: yazl } = await import("yazl");
  const { Readable } = await import("node:stream");
  const zip = new yazl.ZipFile();
  const strings = [
    ..."Date,Code,Name,Region,Seen,Admitted,Waiting,Beds,Mean wait,Rate,Share,Staff".split(","),
    ...Array.from({ length: 400 }, (_, at) => `Organisation ${at} NHS Trust`),
    "*",
  ];
  const text = (name, content) => zip.addBuffer(Buffer.from(content), name);
  text(
    "[Content_Types].xml",
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
  );
  text(
    "_rels/.rels",
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
  );
  text(
    "xl/workbook.xml",
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
  );
  text(
    "xl/_rels/workbook.xml.rels",
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
  );
  text(
    "xl/styles.xml",
    '<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
  );
  text(
    "xl/sharedStrings.xml",
    `<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${strings.map((one) => `<si><t>${one}</t></si>`).join("")}</sst>`,
  );
  zip.addReadStream(Readable.from(pieces(sheetXml(rows))), "xl/worksheets/sheet1.xml");
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

function* pieces(texts) {
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < 1 << 20) continue;
    yield Buffer.from(piece);
    piece = "";
  }
  yield Buffer.from(piece);
}

/** Each reads a file and gives the number of cells; what runs elsewhere, its own seconds and memory too. */
const READERS = {
  canonry: async (path) => {
    const { openWorkbook } = await import("../dist/formats/open-workbook.js");
    const { fileBytes } = await import("../dist/data-layer/file-bytes.js");
    const { LIMITS } = await import("../dist/model/limits.js");
    const bytes = await fileBytes(path, path);
    const workbook = await openWorkbook(bytes, { limits: LIMITS, fileName: path });
    let cells = 0;
    for await (const batch of workbook.sheets[0].rows())
      for (const row of batch) cells += row.cells.length;
    await workbook.close();
    return cells;
  },
  "canonry with the finder": async (path) => {
    const { inspectFile } = await import("../dist/inquiry/inspect/index.js");
    const seen = await inspectFile(path, "/");
    if (seen.sheets[0].tables.length !== 1) throw new Error("not one table");
    return seen.sheets[0].cells;
  },
  SheetJS: async (path) => {
    const { read, utils } = await import("@e965/xlsx");
    const book = read(await readFile(path), { dense: true });
    return utils
      .sheet_to_json(book.Sheets.Data, { header: 1, raw: true })
      .reduce((sum, row) => sum + row.length, 0);
  },
  "python-calamine": async (path) => {
    const { peer } = await import("./support/python.mjs");
    const { peakMb, stdout } = await peer("cells", path);
    return { ...JSON.parse(stdout), peakMb };
  },
  hucre: async (path) => {
    const { readXlsx } = await import("hucre");
    const book = await readXlsx(await readFile(path));
    return book.sheets[0].rows.reduce((sum, row) => sum + row.length, 0);
  },
};

/** Seconds and peak memory (MB) of a reader in a process of its own, without the start of Node. */
async function measured(name, path) {
  const child = spawn(process.execPath, [SELF, "--read", name, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text);
}

if (process.argv[2] === "--read") {
  const [, , , name, path] = process.argv;
  const startedAt = process.hrtime.bigint();
  const read = await READERS[name](path);
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const own = typeof read === "number" ? { cells: read } : read;
  process.stdout.write(JSON.stringify({ seconds, peakMb, ...own }));
} else {
  const rows = Number(process.argv[2] ?? 200_000);
  const names = process.argv.length > 3 ? [process.argv[3]] : Object.keys(READERS);
  const folder = mkdtempSync(join(tmpdir(), "canonry-bench-"));
  try {
    const path = join(folder, "big.xlsx");
    await writeWorkbook(path, rows);
    let own = null;
    for (const name of names) {
      const { cells, seconds, peakMb } = await measured(name, path);
      if (cells !== (rows + 1) * COLUMNS) throw new Error(`${name} read ${cells} cells`);
      own ??= seconds;
      const figures = {
        reader: name,
        seconds: Number(seconds.toFixed(2)),
        cells_per_second: Math.round(cells / seconds),
        peak_mb: peakMb,
        ratio: Number((seconds / own).toFixed(2)),
      };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
