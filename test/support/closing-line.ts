// The run's last line, in a form that any tool can read; the counts are the runner's own.
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const skipped: TestCase[] = [];
    for (const testModule of modules) {
      // A file that did not load, or a group whose set-up failed, ran none of its tests.
      const groups = [testModule, ...testModule.children.allSuites()];
      count.failed += groups.filter((group) => group.errors().length > 0).length;
      for (const testCase of testModule.children.allTests()) {
        const { state } = testCase.result();
        if (state === 'pending') continue;
        count[state]++;
        if (state === 'skipped') skipped.push(testCase);
      }
    }
    for (const testCase of skipped) console.log(`skipped: ${testCase.fullName} (${reason(testCase)})`);
    // After the default reporter's own summary, which it prints in the same hook.
    process.once('exit', () => {
      console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    });
  }
}

function reason(testCase: TestCase): string {
  const result = testCase.result();
  return (result.state === 'skipped' && result.note) || 'no reason given';
}
