/**
 * Everything that `canonry doctor` can find, in the order in which it is told. `wrong`: somebody must do
 * something, and until then a figure, a file or a run may be in danger (exit 7). `note`: the next backfill puts
 * it right by itself, or it is for a person to know.
 */
interface FindingKind {
  readonly result: "note" | "wrong";
  /** What is said where nothing was found. */
  readonly right: string;
  /** What to do about it. */
  readonly todo: string;
}

const wrong = (right: string, todo: string): FindingKind => ({ result: "wrong", right, todo });
const note = (right: string, todo: string): FindingKind => ({ result: "note", right, todo });

const BACKFILL = "Run `canonry backfill`: it puts this right before anything else.";

export const FINDINGS = {
  CONFIG_BROKEN: wrong("the configuration can be read", "Correct the file and key that are named."),
  HOME_RELATIVE: note(
    "the home is named by an absolute path, or found",
    "Nothing for one command; where it is set for good, make it absolute: else it is another home in every folder.",
  ),
  PLACE_UNWRITABLE: wrong(
    "every place can be written",
    "Give the user who runs canonry the right to write there (chown, chmod u+w).",
  ),
  PLACE_BLOCKED: wrong(
    "every component has its folder to itself",
    "Put a real folder there: nothing is written through a link, nor into a file.",
  ),
  PLACE_UNREACHABLE: wrong(
    "the server's user can enter the home",
    "Move the home, or chmod o+x the folder that is named.",
  ),
  PASSWORD_OPEN: wrong(
    "only its owner can read the server's password",
    "Run chmod 600 on the file.",
  ),
  STRAY: wrong(
    "nothing stands where it should not",
    "Look at `canonry doctor --fix`; `--fix --apply` moves it, with a journal that undoes it.",
  ),
  STRAY_KEPT: note(
    "nothing strange is beyond what `--fix` moves",
    "Look at it yourself: a link, a device, or a file that git tracks is not moved from here.",
  ),
  MOVE_UNFINISHED: wrong(
    "no move was cut short",
    "Run `canonry doctor --fix --apply`: it finishes what was begun first.",
  ),
  JOURNAL_BROKEN: wrong(
    "every journal of moves can be read",
    "Correct the line that is named, or move the journal away: what it moved stays where it is.",
  ),
  GIT_UNKNOWN: note(
    "git says what it tracks, or the home is no checkout",
    "Let git work here (is it installed, does `safe.directory` hold the home?); nothing is moved before.",
  ),
  MANIFESTS_IGNORED: wrong(
    "git keeps the canonical manifests",
    "Take the line out of .gitignore and commit them: with them a clone rebuilds the warehouse.",
  ),
  DATA_TRACKED: wrong(
    "git tracks nothing of data/ and tmp/",
    "Run `git rm -r --cached data tmp` and put both into .gitignore: they are made again.",
  ),
  DISK_LOW: wrong(
    "there is room on the disk",
    "Free some space before the next backfill, backup or restore needs it.",
  ),
  DATABASE_DOWN: wrong(
    "the database answers",
    "Check DATABASE_URL or `canonry db start`; what stands in the ledger was not looked at.",
  ),
  DATABASE_NEW: note("there is a database", "Run `canonry backfill`: it makes one and fills it."),
  DATABASE_OLD: wrong("its version is supported", "Move to Postgres 14 or later."),
  MIGRATION_PENDING: note(
    "the ledger has its newest shape",
    "Any command that works with the database migrates it, such as `canonry status`.",
  ),
  MIGRATION_UNKNOWN: wrong(
    "no newer program has changed the ledger",
    "Use the version of canonry that migrated it, or a newer one.",
  ),
  CLOCK_SKEW: wrong(
    "this machine and the database agree on the time",
    "Let both follow a time server: what is due and what is latest is decided by the clock.",
  ),
  LOCK_STUCK: wrong(
    "no lock is held by a connection that does nothing",
    "End its program; if that is gone, `select pg_terminate_backend(pid)` with the number shown.",
  ),
  SERVER_LOCK: note(
    "no lock file is left of a start that was cut short",
    "Nothing: the next command that starts the server takes it over.",
  ),
  STORAGE_DOWN: wrong(
    "every storage answers",
    "Run `canonry storage check`; what stands there was not looked at.",
  ),
  LEDGER_EMPTY: wrong(
    "the ledger knows what the home holds",
    "The database was lost or is another one: check DATABASE_URL, then docs/recovery.md.",
  ),
  LEDGER_BEHIND: wrong(
    "the ledger is as new as the files",
    "The database is older than the files, as after a restore: see docs/recovery.md.",
  ),
  RUN_STALE: note("no run is open that nobody works on", BACKFILL),
  RUN_FOLDER: note(
    "no failed run has left its folder",
    "Look what went wrong in it, then delete it; a run that ends well leaves none.",
  ),
  UNFINISHED: note(
    "no writer has left a file half-written",
    "Nothing: the next backfill removes it, at the latest a day after its writer is gone.",
  ),
  ARTIFACT_LOST: wrong(
    "every artifact of the ledger is in the store",
    "Run `canonry backfill`: it fetches again what is still where it came from.",
  ),
  ARTIFACT_GONE: note(
    "no artifact is lost for good",
    "Take it from a backup or from the publisher and put it in its place; its rows stay loaded, and cannot be cited.",
  ),
  ARTIFACT_DAMAGED: wrong(
    "every artifact has the size that it was kept with",
    "Delete the file, then run `canonry backfill`: it fetches it again.",
  ),
  ARTIFACT_ORPHAN: note(
    "the ledger knows every artifact of the store",
    "Nothing: a plan or another database may have fetched it, and it is kept once.",
  ),
  PURGED_BYTES: wrong("no bytes of what was purged are back", BACKFILL),
  STATE_BEHIND: note("state.json is what the database says", BACKFILL),
  EXPORT_BEHIND: wrong(
    "the exports hold what the database holds",
    "Run `canonry export --deep`: it writes again what is missing, behind or edited.",
  ),
  EXPORT_ORPHAN: wrong(
    "every export is of a source",
    "Look at `canonry doctor --fix`; `--fix --apply` moves it, with a journal that undoes it.",
  ),
  MANIFEST_BEHIND: note("no canonical manifest is behind the database", BACKFILL),
  MANIFEST_EDITED: note(
    "no edit of a canonical manifest waits",
    "Run `canonry backfill`: it takes the file up as a new version.",
  ),
  MANIFEST_CONFLICT: wrong(
    "no canonical manifest contradicts the database",
    "Keep one of both: the file's change on top of the database's version, or delete the file.",
  ),
  MANIFEST_ORPHAN: note(
    "every canonical manifest is of a publication",
    "Name the publication in config/publications.yaml again, or delete the file.",
  ),
  LOG_ARCHIVE_DAMAGED: wrong(
    "every archive of event logs reads back as it was written",
    "Put a whole copy of it back, or move it away: `canonry cleanup` adds nothing to one that is damaged.",
  ),
  BACKUP_FOREIGN: wrong(
    "the store of backups is of no other warehouse",
    "Name another folder, bucket or prefix for `storage.roles.backups`; where this database stands for that one, restore its backup, or take the store over by `canonry backup create --force`.",
  ),
  BACKUP_NONE: note("there is a backup, or nothing to back up", "Run `canonry backup create`."),
  BACKUP_DAMAGED: wrong(
    "the newest backup has all that it is made of",
    "Run `canonry backup verify` to see all of it, then `canonry backup create` for a new one.",
  ),
  PROOF_FAILED: wrong(
    "the last proof of a backup held",
    "Run `canonry backup create`, then `canonry backup verify --restore` on the new one.",
  ),
  RESTORE_UNPROVEN: note(
    "a backup was proven by a restore, or there is none",
    "Run `canonry backup verify --restore`: a backup counts when it was restored.",
  ),
  RELEASE_OVERDUE: note(
    "no release is overdue",
    "Run `canonry backfill`; if it finds none, look at the publisher's page.",
  ),
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof FINDINGS;

/** One thing that was seen and is not as it should be. */
export interface Sighting {
  readonly code: FindingCode;
  readonly seen: string;
  /** A path from the home, an address, a name of the ledger; null: the home itself. */
  readonly where: string | null;
  /** In place of what the table says. */
  readonly result?: "note" | "wrong";
  readonly todo?: string;
}

export interface Finding {
  readonly code: FindingCode;
  readonly result: "right" | "note" | "wrong";
  readonly seen: string;
  readonly where: string | null;
  /** Null where nothing is to be done. */
  readonly todo: string | null;
}

/**
 * Findings in the order of the table; a code that was looked for and not seen is right, in the words of the table
 * or in those that are given. Pure.
 */
export function findingsOf(
  sightings: readonly Sighting[],
  lookedFor: ReadonlySet<FindingCode>,
  right: Readonly<Partial<Record<FindingCode, string>>> = {},
): readonly Finding[] {
  return (Object.keys(FINDINGS) as FindingCode[]).flatMap((code): readonly Finding[] => {
    const kind = FINDINGS[code];
    const own = sightings.filter((one) => one.code === code);
    if (own.length > 0) {
      return own.map(({ seen, where, result = kind.result, todo = kind.todo }) => ({
        code,
        result,
        seen,
        where,
        todo,
      }));
    }
    if (!lookedFor.has(code)) return [];
    return [{ code, result: "right", seen: right[code] ?? kind.right, where: null, todo: null }];
  });
}
