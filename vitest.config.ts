import { defineConfig } from "vitest/config";

/** The hermetic suite: npm packages only. What needs the machine runs by vitest.machine.config.ts. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/machine/**"],
    setupFiles: ["test/support/laws.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    server: { deps: { external: [/\/dist\//] } },
  },
});
