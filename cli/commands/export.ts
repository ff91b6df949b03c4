import { resolve } from 'node:path';
import { exportTrial } from '../../control/export.ts';
import { programVersion } from '../../runtime/program.ts';
import { argumentOf, neededValue, TRIAL_ARGUMENT, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { withSession } from '../session.ts';
import { sourcesOf } from '../sources.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'write what a trial trained into a folder: weights (safetensors) and a card (JSON) that says what they are',
  arguments: [TRIAL_ARGUMENT],
  options: {
    out: { help: 'the folder; needed', value: { name: 'folder' } },
    force: { help: 'write into a folder that is not empty' },
  },
  run: (call) => {
    const folder = resolve(neededValue(call, 'out', 'a folder to write into'));
    const trial = argumentOf(call, 'trial');
    return withSession(
      call.terminal,
      async ({ control }) => {
        // For one word of its configuration nobody waits for a download.
        const { resolveBackbone } = sourcesOf(call.terminal, { mayDownload: false });
        const force = call.flags.has('force');
        const request = { trial, folder, force, programVersion: programVersion(), resolveBackbone };
        const { peft, trial: exported } = await exportTrial(control, request);
        const { say } = call.terminal;
        say(`Trial ${exported.name} is in ${folder}. \`lpt-sweep predict --model ${folder}\` labels texts with it.`);
        say(peft.written ? peft.note : `Not in PEFT's layout: ${peft.note}`);
        return DONE;
      },
      { isQuiet: true },
    );
  },
};
