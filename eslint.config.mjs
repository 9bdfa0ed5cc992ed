import tseslint from "typescript-eslint";

/** ESLint keeps only what needs the type checker; Biome formats and does the rest. */
const clock = "Time comes from World.now(), so runs can be replayed.";
export default tseslint.config(
  { ignores: ["dist/"] },
  {
    files: ["src/**/*.ts", "test/**/*.ts"],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": ["error", { checkThenables: true }],
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/no-unnecessary-condition": "error",
      "@typescript-eslint/strict-boolean-expressions": ["error", { allowNullableBoolean: true }],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/pipeline/world.ts"],
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: clock,
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: "Ids come from World.newId().",
        },
      ],
    },
  },
);
