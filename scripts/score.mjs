// Scores what the program sees against answer keys that people made, on the corpus beside the checkout, and
// writes bench/scores.json and the table in the README: `npm run score` (`-- --verbose` for what is
// wrong, file by file; `-- --dry-run` writes nothing).
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inspectFile, inspectRows } from "../dist/inquiry/inspect/index.js";
import { scoreTable } from "./score-table.mjs";

const project = fileURLToPath(new URL("..", import.meta.url));
const corpus = join(project, "../shared/corpus");
const scorer = join(project, "../shared/score/score.mjs");
const verbose = process.argv.includes("--verbose");
const folder = mkdtempSync(join(tmpdir(), "canonry-score-"));

const node = (args) =>
  execFileSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "ignore"],
  });

/** What the program sees in files, as `inspect --json` prints it. */
async function inspect(files, target) {
  let text = "";
  for (const file of files) text += `${JSON.stringify(await inspectFile(file, project))}\n`;
  writeFileSync(target, text);
}

/** The first table of a file, as `inspect --rows` prints it; nothing where it cannot be read. */
async function firstTable(file) {
  let text = "";
  await inspectRows(file, project, {}, (piece) => {
    text += piece;
  }).catch(() => undefined);
  return text;
}

function score(args) {
  const output = node([scorer, ...args, ...(verbose ? ["--verbose"] : [])]).trim();
  const lines = output.split("\n");
  if (verbose) process.stdout.write(`${lines.slice(0, -1).join("\n")}\n`);
  return JSON.parse(lines.at(-1));
}

/** Into bench/scores.json and the README. */
function keep(scores) {
  const readme = join(project, "README.md");
  const block = `<!-- scores:start -->\n${scoreTable(scores)}\n<!-- scores:end -->`;
  const text = readFileSync(readme, "utf8");
  writeFileSync(readme, text.replace(/<!-- scores:start -->[\s\S]*<!-- scores:end -->/, block));
  writeFileSync(join(project, "bench/scores.json"), `${JSON.stringify(scores, null, 2)}\n`);
}

try {
  const keys = readdirSync(join(corpus, "truth"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(corpus, "truth", name));
  const sheets = keys.flatMap((key) => JSON.parse(readFileSync(key, "utf8")));
  const publications = join(corpus, "publications");
  const seen = join(folder, "sheets.ndjson");
  await inspect([...new Set(sheets.map((sheet) => join(publications, sheet.file)))], seen);
  const truth = score(["sheets", ...keys, "--corpus", publications, "--seen", seen]);

  const tables = join(corpus, "fuste/csv");
  const boxes = join(folder, "fuste.ndjson");
  await inspect(
    readdirSync(tables).map((name) => join(tables, name)),
    boxes,
  );
  const fuste = score([
    "fuste",
    join(corpus, "fuste/annotations.json"),
    "--corpus",
    tables,
    "--seen",
    boxes,
  ]);

  const rows = join(folder, "pollock");
  mkdirSync(rows);
  for (const name of readdirSync(join(corpus, "pollock/csv"))) {
    writeFileSync(join(rows, name), await firstTable(join(corpus, "pollock/csv", name)));
  }
  const pollock = score([
    "pollock",
    join(corpus, "pollock/clean.json"),
    "--corpus",
    join(corpus, "pollock"),
    "--seen",
    rows,
  ]);

  const scores = { measured: new Date().toISOString().slice(0, 10), truth, fuste, pollock };
  if (!process.argv.includes("--dry-run")) keep(scores);
  process.stdout.write(`${JSON.stringify(scores, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
