import { statusOf } from '../../control/status.ts';
import { watch } from '../../control/watch.ts';
import { classesWithWorkers } from '../../control/workers.ts';
import { argumentOf, FORMAT_OPTION, formatOf, SWEEP_ARGUMENT, type Call, type Command } from '../command.ts';
import { DONE, FAILED } from '../exit-codes.ts';
import { follow, showOutcome } from '../follow.ts';
import { print } from '../print.ts';
import { ProgressPrinter } from '../progress.ts';
import { withSession, type Session } from '../session.ts';
import { statusRecord } from '../status.ts';

export const watchCommand: Command = {
  name: 'watch',
  summary: 'follow a sweep to its end (json: one object a line, csv: one row, for every change)',
  arguments: [SWEEP_ARGUMENT],
  options: FORMAT_OPTION,
  run: (call) =>
    withSession(
      call.terminal,
      (session) => (formatOf(call) === 'table' ? forPeople(call, session) : forPrograms(call, session)),
      {
        isQuiet: true,
      },
    ),
};

async function forPeople(call: Call, { control }: Session): Promise<number> {
  const { terminal } = call;
  const { sweep } = await statusOf(control, argumentOf(call, 'sweep'));
  if ((await classesWithWorkers(control)).length === 0)
    terminal.say('No worker is running: `lpt-sweep worker` starts one.');
  const printer = new ProgressPrinter(terminal);
  const { last, interrupted } = await follow(control, sweep.id, { printer, signal: terminal.signal });
  return last === undefined || interrupted ? DONE : showOutcome(control, last, terminal);
}

async function forPrograms(call: Call, { control }: Session): Promise<number> {
  const { write, signal } = call.terminal;
  const isCsv = formatOf(call) === 'csv';
  let lastLine = '';
  let state = 'running';
  for await (const status of watch(control, argumentOf(call, 'sweep'), { signal, onAway: call.terminal.say })) {
    const record = statusRecord(status);
    const [head = '', row = ''] = print('csv', {
      rows: [record],
      columns: [],
      record: () => record,
      whenEmpty: '',
    }).split('\n');
    const line = isCsv ? row : JSON.stringify(record);
    if (isCsv && lastLine === '') write(`${head}\n`);
    if (line !== lastLine) write(`${line}\n`);
    lastLine = line;
    state = status.sweep.state;
  }
  return ['failed', 'cancelled', 'paused'].includes(state) ? FAILED : DONE;
}
