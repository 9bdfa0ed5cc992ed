import { defineConfig } from "vitest/config";

/** Tests that need Debian packages or the corpus beside the checkout; a missing need fails. */
export default defineConfig({
  test: {
    include: ["test/machine/**/*.test.ts"],
    setupFiles: ["test/support/laws.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
    server: { deps: { external: [/\/dist\//] } },
  },
});
