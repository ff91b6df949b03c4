// The house rules as lint: the import table of ARCHITECTURE.md, size ceilings, and the few TypeScript rules that matter.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';

/** Folder → the folders whose values it may import. `import type` is free, and so is a folder's own code. */
const MAY_IMPORT = {
  sweep: [],
  lpt: [],
  data: ['sweep'],
  db: ['sweep'],
  training: ['lpt', 'data', 'sweep', 'runtime'],
  runtime: [],
  exports: [],
  activities: ['workflows', 'sweep', 'training', 'data', 'db'],
  control: ['workflows', 'sweep', 'data', 'db', 'runtime', 'training'],
  worker: ['workflows', 'activities', 'training', 'db', 'runtime', 'sweep'],
  page: ['control', 'workflows', 'sweep', 'db'],
  cli: ['control', 'page', 'worker', 'sweep', 'db', 'runtime', 'exports'],
};
/** Of training/, what a command's own process may load: nothing there loads TensorFlow. */
const WITHOUT_TENSORFLOW = [
  '../training/*',
  ...['peft', 'predictor', 'safetensors'].map((file) => `!../training/${file}.ts`),
];
/** Folders that must not know these packages: they are pure, or have no business with the network. */
const MAY_NOT_LOAD = {
  sweep: ['@tensorflow/*', '@temporalio/*', 'pg', 'drizzle-orm', 'node:fs', 'node:net', 'node:child_process'],
  lpt: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-backend-wasm', '@temporalio/*', 'node:*', 'pg', 'drizzle-orm'],
  data: ['@temporalio/*', 'pg', 'drizzle-orm', '@tensorflow/*'],
  db: ['@temporalio/*', '@tensorflow/*'],
  exports: ['@temporalio/*', '@tensorflow/*', 'pg', 'drizzle-orm'],
  training: ['@temporalio/*', 'pg', 'drizzle-orm'],
  control: ['@tensorflow/*', '@temporalio/worker', 'pg', 'drizzle-orm', ...WITHOUT_TENSORFLOW],
  page: ['@tensorflow/*', '@temporalio/*', 'pg', 'drizzle-orm'],
  cli: ['@tensorflow/*', '@temporalio/*', 'pg', 'drizzle-orm'],
};
const FOLDERS = Object.keys(MAY_IMPORT).concat('workflows', 'bench', 'scripts', 'test');

const importTable = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.{ts,mjs}`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${FOLDERS.filter((f) => f !== folder && !allowed.includes(f)).join('|')})/`,
            message: `${folder}/ may import values only from: ${[folder, ...allowed].join(', ')} (ARCHITECTURE.md).`,
            allowTypeImports: true,
          },
          ...(MAY_NOT_LOAD[folder]
            ? [
                {
                  group: MAY_NOT_LOAD[folder],
                  message: `${folder}/ does not load this.`,
                  allowTypeImports: true,
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['node_modules/', 'db/migrations/', 'test/fixtures/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.mjs', '.js'] })] },
    rules: {
      'import-x/no-cycle': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // `({ taken, ...rest }) => rest` is how a field is left out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      'max-depth': ['error', 3],
    },
  },
  ...importTable,
  {
    files: ['workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!@temporalio/(workflow|common)$|\\./)',
              message: 'Workflows are replayed: values come only from Temporal and from workflows/ itself.',
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `skip` is taken out of the test context, as Vitest documents it.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.mjs', '**/*.js'], ...tseslint.configs.disableTypeChecked },
  // The type checker knows Node's globals; it reads these files too.
  { files: ['**/*.mjs'], rules: { 'no-undef': 'off' } },
);
