// What a person has to know of data that is not stored with a sweep.
import { LARGEST_STORED_MIB } from '../control/stored-data.ts';

export function largeData(tasks: string[]): string {
  return `Note: the data of ${tasks.join(', ')} is larger than ${LARGEST_STORED_MIB} MiB and is not kept in Postgres: a worker on another machine needs the same files at the same path.`;
}
