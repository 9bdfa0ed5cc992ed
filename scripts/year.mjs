// A year of the service in minutes: 12 publications that come out month by month, two re-issues, a week in which
// the publisher's server is down, nightly jobs, all by a simulated clock. Prints files and bytes of each place at
// the end of each month. `node scripts/year.mjs --publications 3 --days 90` lives through less.
import process from "node:process";
import { parseArgs } from "node:util";
import "../test/torture/register.mjs";

const { liveThrough, PLACES } = await import("../test/year/year.ts");

const { values } = parseArgs({
  options: {
    publications: { type: "string", default: "12" },
    days: { type: "string", default: "365" },
    from: { type: "string", default: "2025-01-01" },
  },
});
const started = performance.now();
const cells = (texts) => `| ${texts.join(" | ")} |`;
const amount = ({ files, bytes }) => `${files} / ${Math.round(bytes / 1024)} KiB`;
console.log(
  cells(["month", "releases", "loads", ...PLACES, "jobs succeeded", "attention", "failed"]),
);
console.log(cells(["month", "releases", "loads", ...PLACES, "", "", ""].map(() => "---")));
const year = await liveThrough({
  publications: Number(values.publications),
  days: Number(values.days),
  from: values.from,
  events: {
    100: (publisher) => publisher.reissue(1, "2025-02"),
    130: (publisher) => Object.assign(publisher, { isDown: true }),
    137: (publisher) => Object.assign(publisher, { isDown: false }),
    200: (publisher) => publisher.reissue(2, "2025-05"),
  },
  watch: ({ month, published, loads, places, runs }) =>
    console.log(
      cells([
        month,
        `${published.releases}${published.reissues === 0 ? "" : ` + ${published.reissues}`}`,
        loads,
        ...PLACES.map((place) => amount(places[place])),
        runs.succeeded ?? 0,
        runs.attention ?? 0,
        runs.failed ?? 0,
      ]),
    ),
});
const twice = year.runs.filter(
  (one, at) =>
    one.due_at !== null &&
    year.runs.some(
      (other, n) =>
        n < at &&
        other.job === one.job &&
        other.due_at === one.due_at &&
        other.attempt === one.attempt,
    ),
);
console.log(
  `${year.runs.length} runs of jobs, ${twice.length} of them twice; ${year.loads.all} loads, ${year.loads.current} current; ${((performance.now() - started) / 60_000).toFixed(1)} minutes`,
);
process.exitCode = twice.length === 0 ? 0 : 1;
