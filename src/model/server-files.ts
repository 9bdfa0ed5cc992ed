/** A user of this machine. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Root, who runs programs that refuse root inside a user namespace. */
  readonly namespace?: boolean;
}

/** What the embedded server needs of the file system. Paths are absolute. */
export interface ServerFiles {
  /** Makes the folder and those above it; the last one gets mode 700 and the owner. */
  ensureFolder(path: string, owner: SystemUser | null): Promise<void>;
  /** Null if there is none. */
  readText(path: string): Promise<string | null>;
  /** Whole or not at all, mode 600. */
  writeSecret(path: string, text: string, owner: SystemUser | null): Promise<void>;
  remove(path: string): Promise<void>;
  /** Gives a folder its final name, durably. */
  placeFolder(from: string, to: string): Promise<void>;
  /** Removes the folders in `folder` whose names begin with `prefix`. */
  removeFolders(folder: string, prefix: string): Promise<void>;
  /** Whether a process of this machine has that number. */
  isAlive(pid: number): boolean;
  exists(path: string): Promise<boolean>;
  /** The first folder on the way down to `path` that `user` may not enter; null if the way is free. */
  firstUnreachable(path: string, user: SystemUser): Promise<string | null>;
  /** Makes symbolic links that a package's install step would have made; existing ones stay. */
  ensureLinks(links: readonly { readonly path: string; readonly target: string }[]): Promise<void>;
  /** The current user if it is not root, else an unprivileged one: the owner of `path`, `postgres` or `nobody`. */
  serverUser(path: string): Promise<SystemUser | null>;
  /** Takes a lock file for this process; false if a living process has it. */
  takeLock(path: string): Promise<boolean>;
}
