import { fileStem } from "../../model/manifest/file-stem.ts";
import { headerKey } from "../../model/manifest/header-key.ts";
import type { ContractColumn, SourceContract } from "../../model/manifest/manifest.ts";
import type {
  ImportFinding,
  PeriodColumn,
  PeriodManifest,
  PeriodSource,
} from "../../model/manifest/period-manifest.ts";
import { configPeriod } from "../../model/period/read-periods.ts";

/** A source of one manifest. */
interface Seen {
  readonly manifest: PeriodManifest;
  readonly source: PeriodSource;
}

interface SeenColumn extends Seen {
  readonly column: PeriodColumn;
}

export interface Consolidated {
  readonly sources: readonly SourceContract[];
  readonly findings: readonly ImportFinding[];
}

/**
 * One contract a source out of the manifests of several periods, oldest first: a column per name with every header it
 * had, the first period it was seen in, and words from the latest manifest. What was there and is absent
 * from a later manifest may be absent. The contracts are provisional: the first release that they match
 * settles how they are read. What the manifests contradict each other in is left out, and said. Pure.
 */
export function consolidate(manifests: readonly PeriodManifest[]): Consolidated {
  const findings: ImportFinding[] = [];
  const seen = manifests.flatMap((manifest) =>
    onceEach(manifest, findings).map((source): Seen => ({ manifest, source })),
  );
  const shared = sharedTables(seen, findings);
  const codes = [...new Set(seen.map((one) => one.source.code))];
  const sources = codes.flatMap((code) => {
    const own = seen.filter((one) => one.source.code === code);
    const [first, ...rest] = own;
    if (first === undefined || shared.has(code)) return [];
    const later = manifests.slice(manifests.indexOf(first.manifest) + 1);
    return contractOf([first, ...rest], later, findings);
  });
  return { sources, findings };
}

function finding(
  kind: ImportFinding["kind"],
  { manifest, source }: Seen,
  message: string,
  line = source.line,
): ImportFinding {
  return { kind, file: manifest.file, line, source: source.code, message };
}

const place = ({ manifest, source }: Seen): string => `${manifest.file}:${source.line}`;

function onceEach(manifest: PeriodManifest, findings: ImportFinding[]): readonly PeriodSource[] {
  return manifest.sources.filter((source) => {
    const twins = manifest.sources.filter((one) => one.code === source.code);
    if (twins.length === 1) return true;
    const lines = twins.map((one) => one.line).join(", ");
    findings.push(
      finding("conflict", { manifest, source }, `the code stands more than once: lines ${lines}`),
    );
    return false;
  });
}

/** Codes that wrote one table under several names: which of them the table is, nothing says. */
function sharedTables(seen: readonly Seen[], findings: ImportFinding[]): ReadonlySet<string> {
  const shared = new Set<string>();
  for (const one of seen) {
    const rival = seen.find(
      ({ source }) =>
        source.table !== null &&
        source.table === one.source.table &&
        source.code !== one.source.code,
    );
    if (rival === undefined || shared.has(one.source.code)) continue;
    shared.add(one.source.code);
    const message = `the table ${one.source.table ?? ""} is also that of ${rival.source.code} (${place(rival)})`;
    findings.push(finding("conflict", one, message));
  }
  return shared;
}

function contractOf(
  seen: readonly [Seen, ...Seen[]],
  later: readonly PeriodManifest[],
  findings: ImportFinding[],
): readonly SourceContract[] {
  const [first] = seen;
  const latest = seen.at(-1) ?? first;
  if (!haveColumnsInCommon(seen, findings)) return [];
  tellDifferences(seen, findings);
  const headers = seen.flatMap((one) => one.source.columns.map((column) => column.header));
  const wide = new Set(headers.filter(isPeriodHeader)).size > 1;
  const columns = columnsOf(seen, findings).map(
    (column): ContractColumn =>
      wide && column.headers.every(isPeriodHeader) ? { ...column, role: "period" } : column,
  );
  if (wide) findings.push(finding("note", latest, "columns headed by periods: they come and go"));
  if (columns.length === 0) {
    findings.push(
      finding("note", latest, "no columns are told: matched by sheet and file, named by rule"),
    );
  }
  const absent = later.filter((one) => !seen.some(({ manifest }) => manifest === one));
  if (absent.length > 0) {
    const message = `not in ${absent.map((one) => one.period).join(", ")}: it may be absent`;
    findings.push(finding("note", first, message));
  }
  const files = seen.flatMap((one) => one.source.files);
  return [
    {
      code: first.source.code,
      title: latest.source.name,
      ...(latest.source.description === null
        ? {}
        : { description: latest.source.description, said_by: "canonical" }),
      match: {
        sheets: [...new Set(files.map((one) => one.sheet))],
        files: [...new Set(files.map((one) => fileStem(one.name)))],
        number: 1,
      },
      grain: [],
      coverage: "period",
      layout: "rows",
      time: [],
      columns,
      ...(absent.length > 0 ? { optional: true } : {}),
      provisional: true,
      first_period: first.manifest.period,
    },
  ];
}

/** Two manifests of one code without a column in common speak of two tables. */
function haveColumnsInCommon(seen: readonly Seen[], findings: ImportFinding[]): boolean {
  const told = seen.filter((one) => one.source.columns.length > 0);
  const keys = ({ source }: Seen): readonly string[] =>
    source.columns.flatMap((column) => [column.name, headerKey(column.header)]);
  for (const [at, one] of told.entries()) {
    const before = told[at - 1];
    if (before === undefined || keys(one).some((key) => keys(before).includes(key))) continue;
    findings.push(
      finding("conflict", one, `no column in common with ${place(before)}: two tables of one code`),
    );
    return false;
  }
  return true;
}

/** Words that changed from one manifest to the next; the latest count. */
function tellDifferences(seen: readonly Seen[], findings: ImportFinding[]): void {
  for (const field of ["name", "description", "table"] as const) {
    const latest = seen.at(-1);
    const other = seen.find((one) => one.source[field] !== latest?.source[field]);
    if (latest === undefined || other === undefined) continue;
    const show = (one: Seen): string => JSON.stringify(one.source[field] ?? "");
    const which = field === "table" ? "the code names the table here" : "the latest counts";
    findings.push(
      finding(
        "note",
        latest,
        `${field} ${show(latest)}, and ${show(other)} in ${place(other)}: ${which}`,
      ),
    );
  }
}

function isPeriodHeader(header: string): boolean {
  return configPeriod(header.replace(/\[[^\]]*\]/g, "").trim()) !== null;
}

function columnsOf(seen: readonly Seen[], findings: ImportFinding[]): readonly ContractColumn[] {
  const told = seen.filter((one) => one.source.columns.length > 0);
  const all = told.flatMap((one) =>
    one.source.columns.map((column): SeenColumn => ({ ...one, column })),
  );
  const rivals = rivalHeaders(all, findings);
  const names = [...new Set(all.map((one) => one.column.name))];
  return names.flatMap((name) => {
    const [first, ...rest] = all.filter((one) => one.column.name === name);
    return first === undefined || rivals.has(name)
      ? []
      : [columnOf([first, ...rest], told, findings)];
  });
}

/** One header under two names over the periods: neither name is taken. */
function rivalHeaders(all: readonly SeenColumn[], findings: ImportFinding[]): ReadonlySet<string> {
  const rivals = new Set<string>();
  for (const one of all) {
    const other = all.find(
      ({ column }) =>
        headerKey(column.header) === headerKey(one.column.header) &&
        column.name !== one.column.name,
    );
    if (other === undefined || rivals.has(one.column.name)) continue;
    rivals.add(one.column.name);
    const message = `${JSON.stringify(one.column.header)} is ${one.column.name} here and ${other.column.name} in ${other.manifest.file}:${other.column.line}: left out`;
    findings.push(finding("conflict", one, message, one.column.line));
  }
  return rivals;
}

function columnOf(
  seen: readonly [SeenColumn, ...SeenColumn[]],
  told: readonly Seen[],
  findings: ImportFinding[],
): ContractColumn {
  const [first] = seen;
  const latest = seen.at(-1) ?? first;
  const { name, type, description, measure } = latest.column;
  const other = seen.find((one) => one.column.type !== type);
  if (other !== undefined) {
    const message = `${name} is ${type ?? "of no type"} here and ${other.column.type ?? "of none"} in ${other.manifest.file}:${other.column.line}: the data decide`;
    findings.push(finding("note", latest, message, latest.column.line));
  }
  const since = told.slice(told.findIndex((one) => one.manifest === first.manifest));
  const absent = since.filter((one) => !seen.some(({ manifest }) => manifest === one.manifest));
  if (absent.length > 0 && !isPeriodHeader(first.column.header)) {
    const periods = absent.map((one) => one.manifest.period).join(", ");
    findings.push(
      finding("note", first, `${name} is not in ${periods}: it may be absent`, first.column.line),
    );
  }
  return {
    name,
    headers: [...new Set(seen.map((one) => one.column.header))],
    type: type ?? "text",
    role: measure ? "measure" : "dimension",
    ...(description === null ? {} : { description, said_by: "canonical" }),
    ...(absent.length > 0 ? { optional: true } : {}),
    markers: [],
    first_period: first.manifest.period,
  };
}
