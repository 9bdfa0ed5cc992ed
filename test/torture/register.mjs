// `node --import ./test/torture/register.mjs` runs a TypeScript file of this project.
import { register } from "node:module";

register("./typescript-hook.mjs", import.meta.url);
