import type { Secret } from "../secret.ts";
import type { StorageRole } from "./storage-role.ts";

export interface S3Settings {
  readonly bucket: string;
  readonly region: string;
  /** Null: Amazon's. */
  readonly endpoint: string | null;
  /** What the keys begin with: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly force_path_style: boolean;
  /** Null: as the SDK finds them: environment, profile, role of the machine. */
  readonly credentials: {
    readonly accessKeyId: Secret;
    readonly secretAccessKey: Secret;
    readonly sessionToken: Secret | null;
  } | null;
}

/** Where a role is kept. */
export type RolePlace = {
  /** The key that says so, with file and line; null: the default, or the environment. */
  readonly said: { readonly key: string; readonly file: string; readonly line: number } | null;
  readonly origin: "environment" | "file" | "default";
} & (
  | {
      readonly backend: "local";
      /** Stands for `data/`; a relative one starts at the home. */
      readonly base_dir: string;
    }
  | { readonly backend: "s3"; readonly s3: S3Settings }
);

/** Folders of feeds: what is appended all the time goes from active to ready to processing to processed. */
export interface FeedPaths {
  readonly raw_dir: string;
  readonly active_subdir: string;
  readonly ready_subdir: string;
  readonly processing_subdir: string;
  readonly processed_dir: string;
}

export interface StorageSettings {
  readonly roles: Readonly<Record<StorageRole, RolePlace>>;
  readonly paths: FeedPaths;
}

/** `data`, `/srv/lake`, `s3://bucket/prefix/`. */
export function describePlace(place: RolePlace): string {
  if (place.backend === "local") return place.base_dir;
  return `s3://${place.s3.bucket}/${place.s3.prefix}`;
}
