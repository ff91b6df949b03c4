// Which device a sweep waits for that is launched before its workers.
import { expect, test, vi } from 'vitest';
import { carryOn } from '../../cli/carry-on.ts';
import type { Call, Terminal } from '../../cli/command.ts';
import { deviceAmong, otherDevice, whoTrains } from '../../cli/training-device.ts';
import type { Session } from '../../cli/session.ts';
import { runWatched } from '../../cli/watched-run.ts';
import type { Control } from '../../control/control.ts';
import { workflowDevice } from '../../control/workflow-device.ts';
import type { SweepRow } from '../../db/sweeps.ts';

vi.mock(import('../../worker/device.ts'), () => ({ detectDevice: () => Promise.resolve('gpu') }));
vi.mock(import('../../control/workers.ts'), async (original) => ({
  ...(await original()),
  classesWithWorkers: () => Promise.resolve([]),
}));
vi.mock(import('../../control/workflow-device.ts'), () => ({ workflowDevice: vi.fn(() => Promise.resolve(null)) }));

vi.mock(import('../../cli/watched-run.ts'), async (original) => ({
  ...(await original()),
  runWatched: vi.fn(() => Promise.resolve(0)),
}));

const terminalWith = (device: 'auto' | 'cpu') => ({ environment: { device } }) as unknown as Terminal;

test('without a worker it is what this machine has, or is told to use', async () => {
  const control = {} as Control;
  expect(await deviceAmong(control, 'auto', terminalWith('auto'))).toBe('gpu');
  expect(await deviceAmong(control, 'auto', terminalWith('cpu'))).toBe('cpu');
  expect(await deviceAmong(control, 'cpu', terminalWith('auto'))).toBe('cpu');
});

test('who launches is told the device that has to come, and how to ask for the other', () => {
  expect(whoTrains('cpu')).toBe('`lpt-sweep worker` trains it on a cpu, of this machine or another');
  expect(otherDevice('cpu', 'auto')).toBe(' (`device: gpu` in the file asks for a gpu)');
  expect(otherDevice('gpu', 'gpu')).toBe('');
});

/** What `resume` says of a sweep of `device: auto` that nobody watches. */
async function saidOnResume(...flags: string[]): Promise<string[]> {
  const said: string[] = [];
  const terminal = { ...terminalWith('auto'), say: (text: string) => said.push(text) };
  const services = { embedded: { postgres: false, temporal: false } };
  const sweep = { id: 'id', spec: { device: 'auto' } } as SweepRow;
  const begin = async (chooseDevice: (of: SweepRow) => Promise<unknown>): Promise<boolean> =>
    Boolean(await chooseDevice(sweep));
  await carryOn({ terminal, flags: new Set(flags) } as unknown as Call, { services } as unknown as Session, {
    sweep,
    begin,
  });
  return said;
}

test('who resumes is told the device that has to come, unless a workflow that runs has its own', async () => {
  expect(await saidOnResume()).toEqual([`${whoTrains('gpu')}.`]);
  vi.mocked(workflowDevice).mockResolvedValueOnce('cpu');
  expect(await saidOnResume()).toEqual([`${whoTrains('cpu')}.`]);
});

test('who resumes and watches brings a worker of the device that the workflow has', async () => {
  vi.mocked(workflowDevice).mockResolvedValueOnce('cpu');
  await saidOnResume('watch');
  expect(vi.mocked(runWatched)).toHaveBeenLastCalledWith(expect.objectContaining({ wanted: 'cpu' }));
  await saidOnResume('watch');
  expect(vi.mocked(runWatched)).toHaveBeenLastCalledWith(expect.objectContaining({ wanted: 'auto' }));
});
