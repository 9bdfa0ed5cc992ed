import { serve } from "../support/serve.ts";

/** Publications that a simulated publisher brings out month by month, each with a lag of its own. */
export interface Publisher {
  /** For config/publications.yaml. */
  readonly yaml: string;
  /** Whether any server answers. */
  isDown: boolean;
  /** From now on another content stands at the address of a release. */
  reissue(publication: number, period: string): void;
  /** Releases that are out at an instant, and re-issues so far. */
  published(): { readonly releases: number; readonly reissues: number };
}

const codeOf = (n: number): string => `series_${String(n).padStart(2, "0")}`;

/** Days from the end of a month to its release. */
const lagOf = (n: number): number => 10 + 3 * n;

/** Some come two days after they were expected. */
const lateOf = (n: number): number => (n % 3 === 0 ? 2 : 0);

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly etag: string;
}

/** Serves the releases of `count` publications from a month on, as of the clock. */
export async function publisherOf(
  count: number,
  from: string,
  now: () => Date,
): Promise<Publisher> {
  const reissued = new Set<string>();
  const numbers = Array.from({ length: count }, (_none, at) => at + 1);
  const publisher = {
    yaml: "",
    isDown: false,
    reissue: (publication: number, period: string) => void reissued.add(`${publication} ${period}`),
    published: () => ({
      releases: numbers
        .map((n) => monthsFrom(from, now()).filter((period) => isOut(n, period, now())).length)
        .reduce((sum, one) => sum + one, 0),
      reissues: reissued.size,
    }),
  };
  const base = await serve((request, response) => {
    const { url = "", headers } = request;
    const { status, body, etag } = publisher.isDown
      ? { status: 503, body: "", etag: "" }
      : replyTo(url, headers["if-none-match"], reissued, now());
    response.writeHead(status, { "content-type": "text/csv", ...(etag === "" ? {} : { etag }) });
    response.end(body);
  });
  const lines = numbers.map((n) => {
    const url = `${base}/${codeOf(n)}/{yyyy}-{mm}.csv`;
    return `  ${codeOf(n)}: {name: Series ${n}, url: "${url}", periods: {from: ${from}, lag_days: ${lagOf(n)}}}\n`;
  });
  return Object.assign(publisher, { yaml: `publications:\n${lines.join("")}` });
}

function replyTo(
  url: string,
  known: string | undefined,
  reissued: ReadonlySet<string>,
  now: Date,
): Reply {
  const [, code = "", period = ""] = /^\/(\w+)\/([\d-]+)\.csv$/.exec(url) ?? [];
  const n = Number(code.slice(-2));
  if (!isOut(n, period, now)) return { status: 404, body: "", etag: "" };
  const again = reissued.has(`${n} ${period}`);
  const etag = `"${code}-${period}-${again ? 2 : 1}"`;
  if (known === etag) return { status: 304, body: "", etag };
  return { status: 200, body: csv(n, period, again), etag };
}

function isOut(n: number, period: string, now: Date): boolean {
  const [year = 0, month = 0] = period.split("-").map(Number);
  // The day 0 of the next month is the last of this one; what is released comes out at half past nine.
  const out = Date.UTC(year, month, lagOf(n) + lateOf(n), 9, 30);
  return out <= now.getTime();
}

export function monthsFrom(from: string, now: Date): string[] {
  const months: string[] = [];
  const [year = 0, month = 1] = from.split("-").map(Number);
  for (let at = month - 1; Date.UTC(year, at, 1) <= now.getTime(); at++)
    months.push(new Date(Date.UTC(year, at, 1)).toISOString().slice(0, 7));
  return months;
}

function csv(n: number, period: string, again: boolean): string {
  const month = Number(period.slice(0, 4)) * 12 + Number(period.slice(5));
  const rows = Array.from(
    { length: 30 },
    (_none, at) =>
      `R${100 + at},Trust ${at},${1000 * n + month + at * 7 + (again ? 500 : 0)},${at * 3 + n}`,
  );
  return `Org code,Org name,Referrals,Beds\n${rows.join("\n")}\n`;
}
