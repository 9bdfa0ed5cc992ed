/**
 * Every failure that the program can name. Anything else that is thrown is a bug (exit 1, with its
 * stack). Exit codes are those of the command line: 2 usage or configuration, 3 partial, 4 drift
 * needs a decision, 5 source unavailable, 6 data rejected, 7 storage or database unavailable, 8 lock
 * held, 130 interrupted.
 */
interface ErrorKind {
  readonly exit: ExitCode;
  /** True where the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  readonly hint: string;
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 130;

const config = (hint: string): ErrorKind => ({ exit: 2, retryable: false, hint });
const drift = (hint: string): ErrorKind => ({ exit: 4, retryable: false, hint });
const source = (hint: string, retryable = true): ErrorKind => ({ exit: 5, retryable, hint });
const data = (hint: string): ErrorKind => ({ exit: 6, retryable: false, hint });
const storage = (hint: string): ErrorKind => ({ exit: 7, retryable: true, hint });
const refused = (hint: string): ErrorKind => ({ exit: 7, retryable: false, hint });

export const ERRORS = {
  USAGE: config("See `canonry <command> --help`."),
  CONFIG_MISSING: config("Run `canonry init` to write a commented one."),
  CONFIG_INVALID: config("Correct the key that is named; docs/configuration.md lists them all."),
  NAME_INVALID: config("Use a-z, 0-9 and _, beginning with a letter, at most 40 characters."),
  PUBLICATION_EXISTS: config("Edit the entry that is there, or choose another code with --pub."),
  PUBLICATION_UNKNOWN: config("`canonry config` lists the publications that are defined."),
  SOURCE_UNKNOWN: config("`canonry status` lists the sources that were loaded."),
  COLUMN_UNKNOWN: config(
    "The columns are those of the silver table: see its page among the exports.",
  ),
  LOAD_UNKNOWN: config("`canonry explain SOURCE` lists the loads of a source."),
  FILTER_INVALID: config(
    "Write `column = value`, joined by `and`; quote a value that holds ` and x =`.",
  ),
  VERSION_UNKNOWN: config("`canonry history PUB` lists the versions of a manifest."),
  VINTAGE_UNKNOWN: config("`canonry explain SOURCE` lists the vintages of each release."),
  VINTAGE_EXPIRED: config(
    "Its file is kept: `canonry revert SOURCE --period PERIOD --to VINTAGE` reads its rows again, and makes it current.",
  ),
  PERIOD_INVALID: config(
    "Write a period as 2025-11, 2025-Q3, FY2025-26, 2025-W07, 2025 or 2025-11-30.",
  ),
  FILE_MISSING: config("Check the path; relative paths start at the home."),
  PATH_UNSAFE: config("Name a path inside the home, without `..`."),
  PATH_SYMLINK: config("Replace the symbolic link with a real folder or file."),
  URL_SCHEME: config("Only https:, http: and, in the configuration itself, file: are fetched."),
  URL_PRIVATE_ADDRESS: config(
    "Set `fetch.allow_private: true` in config/settings.yaml if you mean it.",
  ),
  MANIFEST_UNSAFE: config("Remove the construct that is named from the YAML."),
  MANIFEST_INVALID: config("Correct the field at the JSON pointer that is named."),
  MANIFEST_CONFLICT: drift(
    "Both the file and the database changed: keep one of the two versions shown.",
  ),
  QUARANTINE_UNKNOWN: config("`canonry quarantine list` lists what is in quarantine."),
  DECISION_UNKNOWN: config("`canonry review` lists the decisions that wait."),
  PLAN_STALE: drift("What moved was left as it is: make a new plan with `canonry plan --out`."),
  PLAN_INVALID: config("Make it again with `canonry plan --out`; a plan is never edited."),
  MANIFEST_EXISTS: config("Look at both; `--force` adds what is new, and keeps what was loaded."),
  GENERATION_MISSING: config("`canonry generations list` lists them."),
  GENERATION_MALFORMED: data("Run the release again: the file is written anew."),
  GENERATION_INVALID: data("Correct the metadata, or run the release again."),
  GENERATION_MODE_INVALID: config("The modes are `llm` and `copy`."),
  GENERATION_PARENT_MISSING: config("Load a release in mode `llm` first: a copy needs a parent."),
  GENERATION_NEEDED: config("Delete what was made of it first, if you mean it."),
  JOURNAL_INVALID: config(
    "Name a journal in data/stray/journals, as `canonry doctor --fix --apply` wrote it.",
  ),
  TEMPLATE_INVALID: config("Correct the template in config/templates."),
  DRIFT_BREAKING: drift("Edit the canonical manifest (alias, optional, type), then run again."),
  PERIOD_CONFLICT: data("State the period in config/publications.yaml."),
  DOWNLOAD_FAILED: source("The publisher's server did not deliver; run again later."),
  DOWNLOAD_TIMEOUT: source("The server was too slow; raise `fetch.timeout_seconds` or run again."),
  DOWNLOAD_TRUNCATED: source("The connection ended early; run again."),
  DOWNLOAD_TOO_LARGE: source("Raise `fetch.max_bytes` if the file is right.", false),
  DOWNLOAD_REDIRECT: source("Correct the address in config/publications.yaml.", false),
  MODEL_ADDRESS: config(
    "Correct `enrichment.url`: https, or http to this machine or a private network; the key stands in the environment.",
  ),
  MODEL_REDIRECT: config(
    "Set `enrichment.url` to the address that answers; a key follows no redirect.",
  ),
  MODEL_FAILED: source("Enrichment went on by rules; look at the model's server, then run again."),
  MODEL_TIMEOUT: source("The model was too slow; raise `enrichment.timeout_seconds` or run again."),
  MODEL_TOO_LARGE: source("The answer was dropped: is it the address of a model?", false),
  MODEL_ANSWER_INVALID: source("The answer was kept in the ledger and not used.", false),
  MODEL_BUDGET: {
    exit: 3,
    retryable: false,
    hint: "Enrichment went on by rules; raise `--max-cost` to ask for the rest.",
  },
  MODEL_RECORDING_MISSING: config(
    "Record it once with a key, or replay a file that holds it; enrichment went on by rules.",
  ),
  PAGE_UNREADABLE: source(
    "Name a page that lists files, or the files themselves under `urls`.",
    false,
  ),
  FORMAT_MISMATCH: data("The bytes are not what the name says: look at the file; a login page?"),
  FORMAT_UNKNOWN: data("Formats read: csv, tsv, xlsx, xlsm, xls, xlsb, ods, and zip of these."),
  ARCHIVE_TOO_LARGE: data("Raise the limit in config/settings.yaml if the file is right."),
  ARCHIVE_SIZE_MISMATCH: data(
    "The archive lies about its sizes: fetch it again or tell the publisher.",
  ),
  ARCHIVE_UNSAFE_PATH: data("The archive names a path outside itself: do not trust it."),
  ARCHIVE_CORRUPT: data("The archive is damaged: fetch it again."),
  ARCHIVE_DUPLICATE_ENTRY: data("Two entries have one name, and readers disagree which counts."),
  WORKBOOK_ENCRYPTED: data("Save the workbook without its password."),
  WORKBOOK_CORRUPT: data("The workbook is damaged: fetch it again."),
  WORKBOOK_TIMEOUT: data("The reader was ended at its deadline: save the file as xlsx."),
  WORKBOOK_TOO_LARGE: data("The reader was ended at its memory limit: save the file as xlsx."),
  XML_DTD_FORBIDDEN: data("The workbook holds a document type declaration, which none needs."),
  SHEET_TOO_LARGE: data("Raise the limit in config/settings.yaml if the sheet is right."),
  CSV_ENCODING: data("Save the file as UTF-8."),
  CSV_UNCLOSED_QUOTE: data("Close the quote that opens at the record named."),
  CSV_ROW_WIDTH: data("Correct the record named, or tell the publisher."),
  CSV_LINE_TOO_LONG: data("A record is longer than the limit: is it a CSV file?"),
  TABLE_TOO_WIDE: data("Unpivot the table in the canonical manifest."),
  TABLE_UNSURE: data("Look at it with `canonry inspect`."),
  HEADER_INVALID: data("Correct the header that is named."),
  VALUE_INVALID: data(
    "The value does not fit its column: widen the type in the canonical manifest.",
  ),
  CONSERVATION_BROKEN: data(
    "Rows read and rows loaded differ; nothing was committed. Report this.",
  ),
  CITATION_BROKEN: data(
    "The cell that is cited does not hold what the table does. Report this; load the release again.",
  ),
  VINTAGE_UNREADABLE: data(
    "`canonry explain SOURCE` names its file: put it among the publication's files in place of the current one, and a backfill loads it as a new vintage.",
  ),
  GRAIN_BROKEN: data("Two rows have one key: correct `grain` in the canonical manifest."),
  CHECK_BROKEN: data("Look at the cells; correct the check, or its severity, in the manifest."),
  CHECK_ABORTED: data("Look at the cells; nothing more of this release was loaded."),
  ROWS_ASIDE: data(
    "Approve these rows (`canonry review`), allow some (`quarantine`), or correct the column.",
  ),
  RIVAL_FILES: data("Two files hold the same rows: name one in config/publications.yaml."),
  EXPORT_FAILED: storage("The export was not replaced; run `canonry export` again."),
  STORAGE_FULL: storage("Free some space; nothing was half-written."),
  STORAGE_UNAVAILABLE: storage(
    "Check that the folder can be read and written, or the server reached (`canonry storage check`).",
  ),
  STORAGE_FORBIDDEN: refused("Check the rights on the folder, or bucket, region and keys."),
  STORAGE_MISSING: refused("Make the bucket, or correct `storage.s3.bucket`."),
  STORAGE_DAMAGED: storage("What came is not what was written: read it again; restore the object."),
  STORAGE_UNFIT: refused(
    "The server breaks what is promised of S3: use another, or another release of it.",
  ),
  EARLIER_FAILED: storage(
    "An earlier release failed; they are loaded in the order of time. Run again.",
  ),
  LOG_ARCHIVE_DAMAGED: storage(
    "No log was deleted: set the archive that is named aside, and run `canonry cleanup` again.",
  ),
  STORAGE_CONFLICT: storage("Another process wrote it first; run again."),
  SERVICE_PORT: config(
    "Set `service.port` to a free one, or to `off`, and `service.host` to an address of this machine.",
  ),
  JOB_UNKNOWN: config("`canonry schedule list` lists the jobs."),
  DATABASE_UNAVAILABLE: storage(
    "Check DATABASE_URL, or `canonry db start` for the embedded server.",
  ),
  DATABASE_UNREACHABLE_HOME: storage(
    "The server's user cannot reach the home: move it, or chmod o+x the folders above.",
  ),
  DATABASE_LOST: storage("The database went away in the middle; nothing was committed. Run again."),
  DATABASE_DENIED: {
    exit: 7,
    retryable: false,
    hint: "Grant the database's user the right that is named, or name another user.",
  },
  BACKUP_UNKNOWN: config("`canonry backup list` lists the backups."),
  BACKUP_FORMAT: config("Use the version of the program that made it, or a newer one."),
  BACKUP_TARGET: config(
    "Restore into an empty database: another home (--into-home), or another --database-url.",
  ),
  BACKUP_FOREIGN: config(
    "Name another folder, bucket or prefix for `storage.roles.backups`; where this database stands for that one, restore its backup; `--force` does it all the same.",
  ),
  BACKUP_NEEDED: config(
    "Make another and prove it with `canonry backup verify --restore`, or say --force.",
  ),
  BACKUP_DAMAGED: data(
    "Restore another backup (`canonry backup list`); make a new one while the data are there.",
  ),
  LEDGER_BEHIND: data(
    "`canonry doctor` says what to do: restore a backup, or `canonry backfill`; `backup create --force` takes it as it is.",
  ),
  BACKUP_MOVED: {
    exit: 8,
    retryable: true,
    hint: "Tables changed their shape again and again while they were read: run again.",
  },
  LOCK_HELD: {
    exit: 8,
    retryable: true,
    hint: "Another run holds it: wait, or look with `canonry status`.",
  },
  LOCK_LOST: {
    exit: 8,
    retryable: true,
    hint: "The release belongs to another run, or to nobody: run again.",
  },
  INTERRUPTED: { exit: 130, retryable: true, hint: "Run again; what was finished stays finished." },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** Where something was seen: any of file, member of an archive, sheet, row (1-based), column, key, line. */
export interface Where {
  readonly file?: string | undefined;
  readonly member?: string | undefined;
  readonly sheet?: string | undefined;
  readonly row?: number | undefined;
  readonly column?: string | undefined;
  readonly key?: string | undefined;
  readonly line?: number | undefined;
}

/** A failure with a code. `message` says what was seen; the hint of the table says what to do. */
export class CanonryError extends Error {
  readonly code: ErrorCode;
  readonly where: Where;

  constructor(code: ErrorCode, message: string, where: Where = {}, options?: ErrorOptions) {
    super(oneLine(message), options);
    this.name = "CanonryError";
    this.code = code;
    this.where = where;
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  get hint(): string {
    return ERRORS[this.code].hint;
  }

  /** One line: code, what, where, what to do. */
  describe(): string {
    const place = describeWhere(this.where);
    return `${this.code}: ${this.message}${place === "" ? "" : ` (${place})`}. ${this.hint}`;
  }
}

/** What was seen may come from a file: no line ends, no escape sequences, no NUL, and not without end. */
function oneLine(text: string): string {
  return text.slice(0, 1000).replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

export function describeWhere(where: Where): string {
  return Object.entries(where)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${oneLine(String(value))}`)
    .join(", ");
}

/** Of several exit codes the first of 1, 7, 8, 4, 6, 5, 3 counts; an interrupt or usage error wins over all. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [130, 2, 1, 7, 8, 4, 6, 5, 3];
  return order.find((code) => codes.includes(code)) ?? 0;
}
