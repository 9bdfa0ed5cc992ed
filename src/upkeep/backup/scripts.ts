import { READING } from "../../database/backup/snapshot.ts";
import { identifier } from "../../database/identifier.ts";
import type { FileInBackup, TableInBackup } from "../../model/storage/backup.ts";

/** The texts that stand in the folder of a backup, so that it is restored with psql and gunzip alone. */
export interface BackupTexts {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  readonly tables: readonly TableInBackup[];
  readonly files: readonly FileInBackup[];
}

export const BEFORE = "pre-data.sql";
export const AFTER = "post-data.sql";

const packed = (sha256: string): string => `parts/${sha256.slice(0, 2)}/${sha256}.gz`;

export function scripts(texts: BackupTexts): Readonly<Record<string, string>> {
  return {
    "README.md": readme(texts.id),
    [BEFORE]: texts.before,
    [AFTER]: texts.after,
    "restore.sql": restoreSql(texts.tables),
    "files.sh": filesSh(texts.files),
  };
}

const readme = (id: string): string => `# A backup of Canonry

\`canonry backup restore ${id}\` restores it and proves each byte. Without Canonry, with nothing but psql and
gunzip, into an empty database of any Postgres from 14 on, in the folder above this one:

    psql -f ${id}/restore.sql "postgres://..."     the database: whole, or not at all
    sh ${id}/files.sh /path/to/an/empty/home       configuration and canonical manifests

- \`inventory.json\` names everything that belongs to this backup, with sizes, sha256 and counts. It was written
  last: without it the backup was never finished. Its last key is the sha256 of the rest.
- \`${BEFORE}\` makes schemas and tables, \`${AFTER}\` keys, indexes, views and comments.
- \`../parts/<2 hex>/<sha256>.gz\` are rows as COPY prints them (text format, UTF-8), or files. Each is named by the
  sha256 of its own bytes, so \`sha256sum\` proves it. Backups share parts: delete none by hand.
- \`../artifacts/<2 hex>/<sha256>\` are published files, where the backup was made with them; in a home they are
  \`data/acquire/<2 hex>/<sha256>\`.
- \`receipts/\` says when it was restored and compared.
- \`../tombstones/\` names vintages that were purged after a backup was made. \`canonry backup restore\` buries them
  again; after a restore by hand \`canonry purge\` does.
`;

function restoreSql(tables: readonly TableInBackup[]): string {
  const copies = tables.flatMap(({ schema, name, parts }) =>
    parts.map((part) => {
      const columns = part.columns.map((column) => identifier(column.name)).join(", ");
      const table = `${identifier(schema)}.${identifier(name)}`;
      return `\\copy ${table} (${columns}) from program 'gunzip -c ${packed(part.sha256)}'\n`;
    }),
  );
  return [
    "-- Run it in the folder that holds the folder of this backup; see README.md.\n",
    "\\set ON_ERROR_STOP on\n\\encoding UTF8\nbegin;\n",
    ...READING.map((setting) => `set local ${setting};\n`),
    `\\ir ${BEFORE}\n`,
    ...copies,
    `\\ir ${AFTER}\n`,
    "commit;\n",
  ].join("");
}

/**
 * Each part is proven by its name where the machine can, and each file is whole under its name or not there. What
 * stands there with other content stays, as in a restore by the program, but is no success.
 */
const PUT = `#!/bin/sh
# Writes the files of a home that are not there; see README.md. Exits 1 if one is not there then as it was.
set -eu
case \${1:?the folder of a home} in
  /*) home=$1 ;;
  *) home=$PWD/$1 ;;
esac
cd "$(dirname "$0")/.."
new=
failed=0
trap 'rm -f "$new"' 0
trap 'exit 1' 1 2 15
fail() {
  echo "$1" >&2
  failed=1
  rm -f "$new"
}
proven() {
  command -v sha256sum >/dev/null 2>&1 || return 0
  echo "$2  $1" | sha256sum -c - >/dev/null 2>&1
}
put() {
  part=parts/$1/$2.gz
  new=$home/$3.$$.new
  proven "$part" "$2" || { fail "FAILED $3: $part is cut, changed or missing"; return 0; }
  mkdir -p "$(dirname "$home/$3")"
  gunzip -c "$part" >"$new" || { fail "FAILED $3: it cannot be written whole"; return 0; }
  gunzip -c "$part" | cmp -s - "$new" || { fail "FAILED $3: it is not what was written"; return 0; }
  if [ -e "$home/$3" ] || [ -h "$home/$3" ]; then
    if cmp -s "$new" "$home/$3"; then echo "kept $3"; else fail "DIFFERS $3: it stays as it is"; fi
    rm -f "$new"
  else
    mv "$new" "$home/$3"
    echo "wrote $3"
  fi
}
`;

function filesSh(files: readonly FileInBackup[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const puts = files.map(
    ({ path, sha256 }) => `put ${sha256.slice(0, 2)} ${sha256} ${quoted(path)}\n`,
  );
  return [PUT, ...puts, "exit $failed\n"].join("");
}
