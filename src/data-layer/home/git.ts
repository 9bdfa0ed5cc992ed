import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { HomeFiles } from "./home-files.ts";

const run = promisify(execFile);

/** What git says of a home. */
export type GitView =
  | { readonly kind: "none" }
  /** There is a checkout, and git does not speak of it. */
  | { readonly kind: "unknown"; readonly reason: string }
  | {
      readonly kind: "checkout";
      /** Whether the home is its top folder; false: a folder in a larger repository. */
      readonly isTop: boolean;
      /** Files below the home that it tracks, relative to the home. */
      readonly tracked: ReadonlySet<string>;
      /** Of the paths asked for, those that it ignores. */
      readonly ignored: ReadonlySet<string>;
    };

/** Asks git what it tracks, and which of `paths` it ignores. Changes nothing, the index included. */
export async function gitView(
  files: HomeFiles,
  paths: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitView> {
  const { home } = files.paths;
  const top = await files.checkout();
  if (top === null) return { kind: "none" };
  // A variable of a git that calls us would name another repository.
  const own = Object.entries(env).filter(([name]) => !name.startsWith("GIT_"));
  const git = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await run("git", ["--no-optional-locks", "-C", home, ...args], {
      env: Object.fromEntries(own),
      maxBuffer: 1 << 28,
    });
    return stdout.split("\0").filter((path) => path !== "");
  };
  try {
    const tracked = new Set(await git("ls-files", "-z"));
    const untracked = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--"];
    const ignored = paths.length === 0 ? [] : await git(...untracked, ...paths);
    return { kind: "checkout", isTop: top === home, tracked, ignored: new Set(ignored) };
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error))
      .split("\n")
      .slice(-2);
    return { kind: "unknown", reason: line };
  }
}
