import { parsePeriod } from "../period/period.ts";
import { readPeriods } from "../period/read-periods.ts";

/**
 * The canonical period that a cell of a time column states, or null. A date under a header that speaks
 * of months (or of quarters) stands for its month (its quarter), as spreadsheets write "Apr-25"; under
 * any other header it is a day. `text` is the cell as published, or several joined by a space.
 */
export function periodOfTimeCell(text: string, header: string): string | null {
  const rest = text.trim();
  if (rest === "") return null;
  const [best] = readPeriods(rest).toSorted((a, b) => b.score - a.score);
  if (best === undefined) return null;
  const period = parsePeriod(best.period);
  if (period === null) return null;
  if (period.kind !== "day") return period.text;
  const words = header.toLowerCase();
  if (/month|period/.test(words)) return period.start.slice(0, 7);
  if (!/quarter/.test(words)) return period.text;
  const month = Number(period.start.slice(5, 7));
  return `${period.start.slice(0, 4)}-Q${Math.ceil(month / 3)}`;
}
