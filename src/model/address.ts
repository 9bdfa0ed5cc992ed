import ipaddr from "ipaddr.js";

/** Whether an address is one of the public internet; everything else is private, local or reserved. */
export function isPublicAddress(address: string): boolean {
  const bare = bareHost(address);
  if (!ipaddr.isValid(bare)) return false;
  return ipaddr.process(bare).range() === "unicast";
}

/** Whether an address is of this machine or of a private network (RFC 1918, RFC 4193). */
export function isPrivateAddress(address: string): boolean {
  const bare = bareHost(address);
  if (!ipaddr.isValid(bare)) return false;
  return ["loopback", "private", "uniqueLocal"].includes(ipaddr.process(bare).range());
}

/** Whether a host is written as an address, not as a name. */
export function isAddress(host: string): boolean {
  return ipaddr.isValid(bareHost(host));
}

function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
