import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isAddress, isPrivateAddress } from "../model/address.ts";
import { CanonryError } from "../model/errors.ts";

const PATH = "/chat/completions";

/**
 * The address that questions are sent to: `base` with `/chat/completions` behind its path. Throws
 * MODEL_ADDRESS for anything but https, or http to this machine or a private network (`allowHttp`: to
 * any), and for an address that holds a password or a key.
 */
export function endpointOf(base: string, allowHttp: boolean): URL {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (url === null) throw new CanonryError("MODEL_ADDRESS", "it is no address");
  if (url.username !== "" || url.password !== "") {
    throw new CanonryError("MODEL_ADDRESS", `the address of ${url.host} holds a user or password`);
  }
  const secret = [...url.searchParams.keys()].find((name) => /key|token|secret|sig/i.test(name));
  if (secret !== undefined) {
    throw new CanonryError("MODEL_ADDRESS", `the address of ${url.host} holds a secret: ${secret}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new CanonryError("MODEL_ADDRESS", `${url.protocol} is neither https: nor http:`);
  }
  const open = isAddress(url.hostname) && !isPrivateAddress(url.hostname);
  if (url.protocol === "http:" && !allowHttp && open) {
    throw new CanonryError("MODEL_ADDRESS", `http to ${url.hostname}, which is a public address`);
  }
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(PATH) ? path : path + PATH;
  url.hash = "";
  return url;
}

/** A name resolver for http: refuses names of public addresses when the connection is made. */
export const privateLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, "", 0);
    const wrong = addresses.find((one) => !isPrivateAddress(one.address));
    const [first] = addresses;
    if (wrong !== undefined || first === undefined) {
      const seen = `http to ${hostname}, which is ${wrong?.address ?? "nothing"}`;
      return callback(new CanonryError("MODEL_ADDRESS", seen), "", 0);
    }
    if (options.all === true) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};
