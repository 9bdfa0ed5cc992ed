// A server from Debian's packages, with its own programs beside it: an external database, of another version than
// the embedded one. On loopback, in a folder of its own, and gone at the end.
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const ROOT = "/usr/lib/postgresql";

/** Folder of the programs of the newest version that is installed. */
function programs() {
  const versions = existsSync(ROOT) ? readdirSync(ROOT) : [];
  const newest = versions
    .filter((one) => existsSync(join(ROOT, one, "bin/postgres")))
    .sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) throw new Error(`no server in ${ROOT}: apt-get install postgresql`);
  return join(ROOT, newest, "bin");
}

/** The server refuses root: then it runs as the user that the package made. */
function userOfServer() {
  if (process.getuid() !== 0) return {};
  const idOf = (flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** Lends a server: `url` of its empty database, `urlOf(name)` of another, `bin` of its programs, `run` one. */
export async function withDebianPostgres(work) {
  const bin = programs();
  const user = userOfServer();
  const folder = mkdtempSync(join(tmpdir(), "canonry-debian-"));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const port = await freePort();
  const run = (program, ...args) =>
    execFileSync(join(bin, program), args, {
      ...user,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_wal_size=2GB -c shared_buffers=128MB`;
  run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync");
  run("pg_ctl", "-D", data, "-w", "-l", join(folder, "log"), "-o", settings, "start");
  const urlOf = (name) => `postgres://postgres@127.0.0.1:${port}/${name}`;
  try {
    return await work({ url: urlOf("postgres"), urlOf, bin, port });
  } finally {
    run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop");
    rmSync(folder, { recursive: true, force: true });
  }
}
