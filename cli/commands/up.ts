import { stateLayout } from '../../runtime/folders.mjs';
import { psqlCommand } from '../../runtime/postgres-folder.ts';
import type { Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { withSession } from '../session.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'start Temporal and Postgres, where they are not your own, and leave them running',
  arguments: [],
  options: {},
  run: ({ terminal }) =>
    withSession(terminal, async ({ services }) => {
      await services.keep();
      const { databaseUrl, embedded, temporalUiUrl } = services;
      if (!embedded.postgres && !embedded.temporal)
        terminal.say('Both servers are your own: there is nothing to start.');
      if (temporalUiUrl !== null) terminal.say(`Temporal's own page: ${temporalUiUrl}`);
      if (embedded.postgres) {
        const { postgres } = stateLayout(terminal.environment.stateFolder);
        terminal.say(`To look into Postgres: ${psqlCommand(postgres, databaseUrl)}`);
      }
      if (embedded.postgres || embedded.temporal) terminal.say('`lpt-sweep down` stops what is embedded.');
      return DONE;
    }),
};
