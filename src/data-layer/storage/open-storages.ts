import { isAbsolute, relative, sep } from "node:path";
import type { StorageBackend } from "../../model/storage/storage.ts";
import { STORAGE_ROLES, type StorageRole } from "../../model/storage/storage-role.ts";
import {
  describePlace,
  type RolePlace,
  type StorageSettings,
} from "../../model/storage/storage-settings.ts";
import type { Paths } from "../paths.ts";
import { PATIENCE, type Patience } from "../retry.ts";
import { LocalStorage } from "./local-storage.ts";
import { PLACE, PlacedStorage } from "./placed-storage.ts";
import { RetryingStorage } from "./retrying-storage.ts";
import { VerifiedStorage } from "./verified-storage.ts";

/** Where the data layer keeps things, by role. */
export interface Storages {
  readonly home: StorageBackend;
  readonly roles: Readonly<Record<StorageRole, StorageBackend>>;
  /** For messages: `/home/me/data`, `s3://bucket/prefix/`. */
  readonly places: Readonly<Record<StorageRole, string>>;
  /** Local folders among the places. */
  readonly folders: readonly string[];
  close(): void;
}

/** All of it in the home. */
export function homeStorages(
  paths: Paths,
  home: StorageBackend = new LocalStorage(paths.home),
): Storages {
  const folder = paths.fromHome(PLACE);
  const all = <Value>(value: Value): Record<StorageRole, Value> =>
    Object.fromEntries(STORAGE_ROLES.map((role) => [role, value])) as Record<StorageRole, Value>;
  return { home, roles: all(home), places: all(folder), folders: [folder], close: () => undefined };
}

/** What a caller says of its patience. */
export interface CallerPatience extends Pick<Patience, "signal" | "random"> {
  /** Longest silence of a server, milliseconds; absent: that of all requests. */
  readonly silenceMs?: number;
}

/** Opens what the settings name, each place once. Nothing is asked of a server before it is used. */
export async function openStorages(
  paths: Paths,
  settings: StorageSettings,
  patience: CallerPatience,
): Promise<Storages> {
  const home = new LocalStorage(paths.home);
  const opened = new Map<string, Opened>();
  const found: (readonly [StorageRole, Opened])[] = [];
  for (const role of STORAGE_ROLES) {
    const place = settings.roles[role];
    const name = nameOf(paths, place);
    const one = opened.get(name) ?? (await open(paths, home, place, { ...PATIENCE, ...patience }));
    opened.set(name, one);
    found.push([role, one]);
  }
  const by = <Value>(value: (one: Opened) => Value): Record<StorageRole, Value> =>
    Object.fromEntries(found.map(([role, one]) => [role, value(one)])) as Record<
      StorageRole,
      Value
    >;
  return {
    home,
    roles: by((one) => one.storage),
    places: by((one) => one.place),
    folders: [...opened.values()].flatMap((one) => (one.isLocal ? [one.place] : [])),
    close: () => {
      for (const one of opened.values()) one.close();
    },
  };
}

interface Opened {
  readonly storage: StorageBackend;
  readonly place: string;
  readonly isLocal: boolean;
  close(): void;
}

/** Equal names are one place. */
function nameOf(paths: Paths, place: RolePlace): string {
  if (place.backend === "local") return `local ${paths.fromHome(place.base_dir)}`;
  const { credentials, ...s3 } = place.s3;
  return JSON.stringify([s3, credentials?.accessKeyId.reveal()]);
}

async function open(
  paths: Paths,
  home: StorageBackend,
  place: RolePlace,
  patience: Patience & CallerPatience,
): Promise<Opened> {
  if (place.backend === "local") return openFolder(paths, home, place.base_dir);
  // The SDK takes its time to load; who keeps all in the home does not wait for it.
  const { S3_TIMEOUTS, s3Client } = await import("../s3/s3-client.ts");
  const { S3Storage } = await import("../s3/s3-storage.ts");
  const { bucket, prefix, region, endpoint, force_path_style: forcePathStyle } = place.s3;
  const { credentials } = place.s3;
  const { connectionMs, silenceMs: usualMs } = S3_TIMEOUTS;
  const { silenceMs = usualMs } = patience;
  const client = s3Client(
    { region, endpoint, forcePathStyle, credentials },
    { connectionMs: Math.min(connectionMs, silenceMs), silenceMs },
  );
  const storage = new S3Storage({ client, bucket, prefix, patience });
  return {
    storage: new PlacedStorage(new VerifiedStorage(new RetryingStorage(storage, patience)), prefix),
    place: describePlace(place),
    isLocal: false,
    close: () => client.destroy(),
  };
}

/** A folder of the home is reached through the home, where no planted link leads out of it. */
function openFolder(paths: Paths, home: StorageBackend, baseDir: string): Opened {
  const folder = paths.fromHome(baseDir);
  const way = relative(paths.home, folder).split(sep).join("/");
  const own = { place: folder, isLocal: true, close: () => undefined };
  if (`${way}/` === PLACE) return { storage: home, ...own };
  const isOutside = way.startsWith("..") || isAbsolute(way);
  if (isOutside) return { storage: new PlacedStorage(new LocalStorage(folder), ""), ...own };
  return { storage: new PlacedStorage(home, way === "" ? "" : `${way}/`), ...own };
}
