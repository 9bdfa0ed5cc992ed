/** Formats that are read as tables, in the order in which one of several twins is taken. */
export const TABLE_FORMATS = ["xlsx", "xlsm", "xlsb", "ods", "xls", "csv", "tsv", "zip"] as const;

const DOCUMENTS = new Set(
  `pdf doc docx docm odt rtf ppt pptx odp txt md json xml rdf ttl png jpg jpeg gif svg webp bmp mp3 mp4
  mov avi exe msi epub sav dta sas7bdat r rds py sql ics eml msg 7z rar gz tar`.split(/\s+/),
);
const TABLES: ReadonlySet<string> = new Set(TABLE_FORMATS);

export interface FileAddress {
  /** Decoded, without folders. */
  readonly name: string;
  /** Small letters, without the dot. */
  readonly format: string;
}

/**
 * Where a link leads: absolute, `http:` or `https:`, without its fragment. Null for anything else
 * (`data:`, `javascript:`, `mailto:`, a mere fragment, what is no address).
 */
export function resolveLink(href: string, base: URL): URL | null {
  const bare = href.replace(/[\t\n\r]/g, "").trim();
  if (bare === "" || bare.startsWith("#")) return null;
  const url = URL.parse(bare, base.href);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
  url.hash = "";
  url.username = "";
  url.password = "";
  return url;
}

/**
 * The file that an address names: by the last step of its path, by a step in its query
 * (`file?uri=/a/b.xlsx`), else, where the address is one of downloads, by a format that the words say.
 */
export function fileOf(url: URL, words: string): FileAddress | null {
  const step = url.pathname.split("/").at(-1) ?? "";
  for (const text of [step, ...url.searchParams.values()]) {
    const name = unescaped(text).split(/[\\/]/).at(-1) ?? "";
    const format = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
    if (TABLES.has(format) || DOCUMENTS.has(format)) return { name, format };
  }
  const said = saidFormat(words);
  if (said === null || !/download|attachment|\bfiles?\b|media|export/i.test(url.pathname))
    return null;
  return { name: unescaped(step) || "download", format: said };
}

function saidFormat(words: string): string | null {
  const match =
    /\b(xlsx|xlsm|xlsb|xls|ods|csv|tsv|zip|pdf|excel|opendocument)\b(?! (?:viewer|reader))/i.exec(
      words,
    );
  const word = match?.[1]?.toLowerCase();
  return word === "excel" ? "xlsx" : word === "opendocument" ? "ods" : (word ?? null);
}

export function isTable(format: string): boolean {
  return TABLES.has(format);
}

/** Twice where a server escaped an address that was escaped already. */
function unescaped(text: string): string {
  try {
    const once = decodeURIComponent(text);
    return /%[0-9a-f]{2}/i.test(once) ? decodeURIComponent(once) : once;
  } catch {
    return text;
  }
}

/** One file has one identity, whatever query its address carries, if the path itself names it. */
export function identityOf(url: URL): string {
  const step = url.pathname.split("/").at(-1) ?? "";
  const format = /\.([a-z0-9]{1,8})$/i.exec(step)?.[1]?.toLowerCase() ?? "";
  return TABLES.has(format) ? `${url.origin}${url.pathname}` : url.href;
}

/** Hosts are alike with and without `www.`; a port counts. */
export function isSameHost(a: URL, b: URL): boolean {
  return a.host.replace(/^www\./, "") === b.host.replace(/^www\./, "");
}
