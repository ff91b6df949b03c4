// The refusal of a server whose data another machine uses.
export interface StartedElsewhere {
  server: 'Postgres' | 'Temporal';
  folder: string;
  /** The machine that has started it. */
  host: string;
  /** Names a server that all machines use. */
  setting: string;
  /** The file that says that it runs. */
  note: string;
}

/** For people. */
export function startedElsewhere({ server, folder, host, setting, note }: StartedElsewhere): Error {
  return new Error(
    `Expected the ${server} in ${folder} to be this machine's, found one that ${host} has started and not stopped. Stop it there by \`lpt-sweep down\`, let this machine have data of its own (LPT_SWEEP_STATE), or give both one server (${setting}). Where ${host} is this machine's former name, or gone for good, run \`lpt-sweep down\` here; if no server was running, remove ${note}.`,
  );
}
