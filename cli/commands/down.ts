import { stopServices } from '../../runtime/services.ts';
import type { Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';

export const downCommand: Command = {
  name: 'down',
  summary: 'stop the embedded Temporal and Postgres; their data stay',
  arguments: [],
  options: {},
  run: async ({ terminal: { environment, say } }) => {
    const { stopped, elsewhere } = await stopServices({ environment });
    say(stopped.length === 0 ? 'No embedded server was running here.' : `Stopped ${stopped.join(' and ')}.`);
    if (elsewhere !== null)
      say(`${elsewhere} has started one that this machine cannot see: \`lpt-sweep down\` there stops it.`);
    return DONE;
  },
};
