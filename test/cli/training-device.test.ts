// Which device a sweep waits for that is launched before its workers.
import { expect, test, vi } from 'vitest';
import type { Terminal } from '../../cli/command.ts';
import { deviceAmong, whoTrains } from '../../cli/training-device.ts';
import type { Control } from '../../control/control.ts';

vi.mock(import('../../worker/device.ts'), () => ({ detectDevice: () => Promise.resolve('gpu') }));
vi.mock(import('../../control/workers.ts'), async (original) => ({
  ...(await original()),
  classesWithWorkers: () => Promise.resolve([]),
}));

const terminalWith = (device: 'auto' | 'cpu') => ({ environment: { device } }) as unknown as Terminal;

test('without a worker it is what this machine has, or is told to use', async () => {
  const control = {} as Control;
  expect(await deviceAmong(control, 'auto', terminalWith('auto'))).toBe('gpu');
  expect(await deviceAmong(control, 'auto', terminalWith('cpu'))).toBe('cpu');
  expect(await deviceAmong(control, 'cpu', terminalWith('auto'))).toBe('cpu');
});

test('who launches is told the device that has to come, and how to ask for the other', () => {
  expect(whoTrains('cpu', 'auto')).toBe(
    '`lpt-sweep worker` trains it on a cpu, of this machine or another (`device: gpu` in the file asks for a gpu)',
  );
  expect(whoTrains('gpu', 'gpu')).toBe('`lpt-sweep worker` trains it on a gpu, of this machine or another');
});
