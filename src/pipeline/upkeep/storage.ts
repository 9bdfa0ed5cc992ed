import { CanonryError } from "../../model/errors.ts";
import { STORAGE_ROLES, type StorageRole } from "../../model/storage/storage-role.ts";
import type { RolePlace } from "../../model/storage/storage-settings.ts";
import { homeOf, loadConfigOf, type Outside, openData } from "../world.ts";

/** Where a role is kept, and who says so. No secret is in it. */
export interface KeptRole {
  readonly role: StorageRole;
  readonly backend: RolePlace["backend"];
  /** A folder, or `s3://bucket/prefix/`; it stands for `data/`. */
  readonly place: string;
  readonly endpoint: string | null;
  readonly region: string | null;
  /** Of the configuration: `config/settings.yaml:3 storage.backend`, `environment`, `default`. */
  readonly from: string;
}

export interface CheckedRole {
  readonly role: StorageRole;
  readonly place: string;
  readonly result: "right" | "wrong";
  readonly detail: string;
}

/** Asks nothing of any server, and needs no database. */
export async function showStorage(outside: Outside): Promise<readonly KeptRole[]> {
  const paths = await homeOf(outside);
  const config = await loadConfigOf(outside);
  const data = await openData(paths, config, outside.signal);
  try {
    return STORAGE_ROLES.map((role) => {
      const place = config.settings.storage.roles[role];
      const { said, origin } = place;
      const s3 = place.backend === "s3" ? place.s3 : null;
      return {
        role,
        backend: place.backend,
        place: data.placeOf(role),
        endpoint: s3?.endpoint ?? null,
        region: s3?.region ?? null,
        from: said === null ? origin : `${said.file}:${said.line} ${said.key}`,
      };
    });
  } finally {
    await data.close();
  }
}

const WHOLE = "an object was written, not written over, read, listed, moved and removed";

/** Writes an object of its own in the place of each role, reads it, lists it, and removes it. */
export async function checkStorage(outside: Outside): Promise<readonly CheckedRole[]> {
  const paths = await homeOf(outside);
  const config = await loadConfigOf(outside);
  const data = await openData(paths, config, outside.signal);
  const checked: CheckedRole[] = [];
  try {
    for (const role of STORAGE_ROLES) {
      const place = data.placeOf(role);
      try {
        await data.tryRole(role);
        checked.push({ role, place, result: "right", detail: WHOLE });
      } catch (error) {
        if (!(error instanceof CanonryError)) throw error;
        checked.push({ role, place, result: "wrong", detail: error.describe() });
      }
    }
    return checked;
  } finally {
    await data.close();
  }
}
