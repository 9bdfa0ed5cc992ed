import { createServer } from "node:net";
import type { SystemUser } from "../../model/server-files.ts";
import { at, type EmbeddedOptions } from "./embedded-programs.ts";

/** The port that was asked for, else the one of last time if nobody has taken it, else a free one; it is kept. */
export async function choosePort(
  options: EmbeddedOptions,
  user: SystemUser | null,
): Promise<number> {
  const { folder, files } = options;
  const kept = Number(await files.readText(at.port(folder)));
  const port = options.port ?? (kept > 0 && (await isFree(kept)) ? kept : await freePort());
  if (port !== kept) await files.writeSecret(at.port(folder), String(port), user);
  return port;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
