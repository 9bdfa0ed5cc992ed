// A preload (`node --import`) that counts, by name, the operations of a run at its seams: each operation on
// files, each statement and chunk of a COPY, each program that is started. CANONRY_FAULT, as JSON, says what
// to do with them:
//   {"record": FILE}                             every operation, in order, as lines of FILE
//   {"at": NAME, "nth": N, "when": "before" | "after" | "during", "kill": "self" | "backend" | "postmaster"}
//   {"at": NAME, "nth": N, "when": ..., "stop": FILE}   writes FILE and stops (SIGSTOP)
//   {"at": NAME, "nth": N, "fail": "EIO" | "ENOSPC" | "short"}
//   {"at": NAME, "skip": true}                   such an operation is not done, and said to be done
//   {"trace": FILE}                              what was done to files, when it is done, as lines of JSON
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join, relative } from "node:path";
import process from "node:process";
import pg from "pg";

const require = createRequire(import.meta.url);
const files = require("node:fs/promises");
const programs = require("node:child_process");

const fault = JSON.parse(process.env.CANONRY_FAULT ?? "{}");
const home = process.env.CANONRY_HOME ?? "";
const counts = new Map();
let lastClient = null;

/** What does not differ from run to run. */
function placeOf(path) {
  const inside = relative(home, String(path));
  if (inside.startsWith("..") || String(path).startsWith("file:")) return "outside";
  if (inside === "") return "home";
  return inside
    .replaceAll(/\d{8}T\d{6}-[0-9a-f]+/g, "RUN")
    .replaceAll(/\b[0-9a-f]{8}-\d+-[0-9a-f]{12}\b/g, "WRITER")
    .replaceAll(/[0-9a-f]{64}/g, "SHA")
    .replaceAll(/\b[0-9a-f]{12,}\b/g, "ID")
    .replaceAll(/\b[0-9a-f]{2}\/SHA/g, "SHA")
    .replaceAll(/(?:prompt|raw|parsed)\.txt|(?:raw_|parsed_)?metadata\.json/g, "FILE")
    .replaceAll(/making-[\w-]+/g, "making-ID")
    .replaceAll(/events\/\d{4}-\d\d-\d\d/g, "events/DAY")
    .replaceAll(new RegExp(`\\b${process.pid}\\b`, "g"), "PID");
}

function kill() {
  if (fault.kill === "backend") {
    if (lastClient?.processID) end(lastClient.processID);
  } else if (fault.kill === "postmaster") {
    const file = join(home, "data/database/data/postmaster.pid");
    try {
      end(Number(readFileSync(file, "utf8").split("\n")[0]));
    } catch {
      end(process.pid); // no server yet: the nearest thing
    }
  } else end(process.pid);
}

function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {}
}

function act() {
  if (fault.mark !== undefined) writeFileSync(fault.mark, "reached");
  if (fault.kill !== undefined) kill();
  if (fault.stop !== undefined) {
    writeFileSync(fault.stop, String(lastClient?.processID ?? ""));
    process.kill(process.pid, "SIGSTOP");
  }
}

/** Counts one operation; what is to be done at it: "fail", "skip" or nothing. */
function enter(name) {
  const nth = (counts.get(name) ?? 0) + 1;
  counts.set(name, nth);
  if (fault.record !== undefined) appendFileSync(fault.record, `${name}\n`);
  const here = fault.at === name && (fault.skip === true || fault.nth === nth);
  if (!here) return { here, after: () => undefined };
  if (fault.when === "before") act();
  if (fault.when === "during") setTimeout(act, 60);
  return { here, after: () => (fault.when === "after" ? act() : undefined) };
}

/** What was done to a file, for whoever asks in which order. */
function trace(kind, path, from) {
  if (fault.trace === undefined) return;
  const places = [path, from].map((one) => (one === undefined ? one : relative(home, String(one))));
  appendFileSync(fault.trace, `${JSON.stringify({ kind, path: places[0], from: places[1] })}\n`);
}

const failing = (here) => here && fault.fail !== undefined;

function failure(name, path) {
  if (fault.mark !== undefined) writeFileSync(fault.mark, "reached");
  const code = fault.fail === "short" ? "EIO" : fault.fail;
  const error = new Error(`${code}: planted, ${name}`);
  return Object.assign(error, { code, syscall: name.split(" ")[0], path: String(path), errno: -5 });
}

function seam(name, path, work) {
  const { here, after } = enter(name);
  if (failing(here)) return Promise.reject(failure(name, path));
  if (here && fault.skip) return Promise.resolve(undefined);
  return Promise.resolve(work()).then((value) => {
    after();
    return value;
  });
}

const TWO_PATHS = new Set(["rename", "link", "symlink"]);
for (const kind of [
  ...["rename", "link", "symlink", "rm", "rmdir", "mkdir", "writeFile", "appendFile", "chmod"],
  ...["chown", "stat", "lstat", "readdir", "readFile"],
]) {
  const original = files[kind];
  files[kind] = (path, ...rest) => {
    const two = TWO_PATHS.has(kind);
    const place = placeOf(two ? rest[0] : path);
    return seam(`${kind} ${place}`, path, async () => {
      const done = await original(path, ...rest);
      if (two) trace(kind, rest[0], path);
      if (kind === "mkdir" && done !== undefined) trace("mkdir", path, done);
      return done;
    });
  };
}
const open = files.open;
files.open = async (path, flags = "r", ...rest) => {
  const place = `${placeOf(path)}`;
  const reading = flags === "r";
  const handle = await seam(`open${reading ? "" : " new"} ${place}`, path, () =>
    open(path, flags, ...rest),
  );
  for (const kind of ["read", "write", "writeFile", "sync", "close"]) {
    const original = handle[kind].bind(handle);
    handle[kind] = (...args) => {
      const name = `${kind} ${place}`;
      if (kind !== "write" || fault.fail !== "short") {
        return seam(name, path, async () => {
          const done = await original(...args);
          trace(kind, path);
          return done;
        });
      }
      const { here } = enter(name);
      if (!here) return original(...args);
      // Half of it is written, and said so: what the caller does not write again is lost.
      if (fault.mark !== undefined) writeFileSync(fault.mark, "reached");
      const [buffer, at = 0, length = buffer.length - at] = args;
      return original(buffer, at, Math.max(1, length >> 1));
    };
  }
  return handle;
};

const execFile = programs.execFile;
programs.execFile = (program, args, options, done) => {
  const words = [program.split("/").at(-1), ...args.filter((one) => /^(start|stop)$/.test(one))];
  const { after } = enter(`exec ${words.join(" ")}`);
  return execFile(program, args, options, (...answer) => {
    after();
    done(...answer);
  });
};
syncBuiltinESMExports();

/** `insert into ops.load`, `select pg_advisory_lock`, `create table bronze.x`. */
function nameOf(sql) {
  const text = sql.replaceAll(/\s+/g, " ").trim().toLowerCase();
  const found =
    /^(insert into|delete from|update|comment on \w+|create (?:or replace )?\w+(?: if not exists)?|alter table|drop \w+(?: if exists)?|copy) ([\w."]+)/.exec(
      text,
    );
  if (found !== null) return `${found[1]} ${found[2].replaceAll('"', "")}`;
  const lock = /^select (pg_\w*advisory\w*)/.exec(text);
  if (lock !== null) return `select ${lock[1]}`;
  const from =
    /^(?:select|with).*? from ((?:ops|bronze|silver|pg_catalog|information_schema)?\.?\w+)/.exec(
      text,
    );
  return from !== null ? `select from ${from[1]}` : text.split(" ").slice(0, 3).join(" ");
}

const query = pg.Client.prototype.query;
pg.Client.prototype.query = function (first, ...rest) {
  lastClient = this;
  if (typeof first?.submit === "function" && typeof first.write === "function") {
    return copying(this, first, rest);
  }
  const sql = typeof first === "string" ? first : (first?.text ?? "");
  const { here, after } = enter(`sql ${nameOf(sql)}`);
  // The one statement that is worth leaving out: the lock, which is said to be ours.
  if (here && fault.skip) return Promise.resolve({ rows: [{ got: true, pid: this.processID }] });
  const callback = rest.at(-1);
  if (typeof callback === "function") {
    const told = (...answer) => {
      after();
      callback(...answer);
    };
    return query.call(this, first, ...rest.slice(0, -1), told);
  }
  const answer = query.call(this, first, ...rest);
  return typeof answer?.then === "function"
    ? answer.then((value) => {
        after();
        return value;
      })
    : answer;
};

function copying(client, stream, rest) {
  const { after } = enter(`sql ${nameOf(stream.text ?? "copy in")}`);
  const write = stream.write.bind(stream);
  stream.write = (...args) => {
    lastClient = client;
    const chunk = enter("copy chunk");
    const more = write(...args);
    chunk.after();
    return more;
  };
  stream.once("finish", after);
  return query.call(client, stream, ...rest);
}
