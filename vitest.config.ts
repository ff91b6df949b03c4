import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./test/support/global-setup.ts'],
    // Native TensorFlow and Temporal's native core do not live well in worker threads.
    pool: 'forks',
    maxWorkers: 2,
    // They end what hangs, also on a machine that is many times slower and busy.
    testTimeout: 400_000,
    hookTimeout: 400_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: [['default', { summary: false }], './test/support/closing-line.ts'],
  },
});
