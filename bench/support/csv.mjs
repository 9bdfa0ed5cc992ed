// A CSV of 12 columns as publishers have them, clean or with what has to be cleaned. Equal arguments, equal bytes.
import { once } from "node:events";
import { createWriteStream } from "node:fs";

export const COLUMNS =
  "id,day,org_code,org_name,region,category,attendances,admissions,waits_over_4h,mean_wait,rate,comment_code".split(
    ",",
  );

const two = (value) => String(value).padStart(2, "0");

/** As a program writes them. */
const CLEAN = {
  day: (month, day) => `2025-${two(month)}-${two(day)}`,
  text: (text) => text,
  count: (value) => String(value),
};

/** Dates in UK order, text padded now and then, thousands separators, a mark in every hundredth count. */
const DIRTY = {
  day: (month, day) => `${two(day)}/${two(month)}/2025`,
  text: (text, at) => (at % 3 === 0 ? `  ${text} ` : text),
  count: (value, at) =>
    at % 100 === 7 ? "*" : value < 1000 ? String(value) : `"${value.toLocaleString("en-GB")}"`,
};

/** About 100 bytes a row; the same numbers in both kinds. */
export async function writeCsv(path, rows, { dirty = false } = {}) {
  const { day, text, count } = dirty ? DIRTY : CLEAN;
  const out = createWriteStream(path);
  let piece = `${COLUMNS.join(",")}\n`;
  let state = 12345;
  const next = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state % below;
  };
  for (let id = 1; id <= rows; id++) {
    const org = next(400);
    const names = [`Organisation ${org} NHS Trust`, `Region ${org % 7}`, `Category ${next(30)}`];
    const counts = [next(5000), next(900), next(400)];
    piece += `${id},${day(next(12) + 1, next(28) + 1)},R${String(org).padStart(4, "0")},${names.map((one, at) => text(one, id + at)).join(",")},${counts.map((one, at) => count(one, id + at)).join(",")},${next(90000) / 100},${next(100000) / 1000},C${next(50)}\n`;
    if (piece.length < 1 << 20) continue;
    if (!out.write(piece)) await once(out, "drain");
    piece = "";
  }
  out.end(piece);
  await once(out, "close");
}
