// Fetches one jar with the machine's own Maven into a folder that is thrown away afterwards.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { verify } from './digest.mjs';
import { folderSize, errorLine, run } from './run.mjs';
import { SetupProblem } from './setup-problem.mjs';

/** @typedef {{group: string, artifact: string, version: string, sha256: string, bytes: number}} PinnedJar */

/**
 * @param {PinnedJar} wanted
 * @param {{progress: import('./progress.mjs').PartProgress, scratch: string}} how
 * @returns {Promise<string>} the jar, checked
 */
export async function downloadJar(wanted, { progress, scratch }) {
  const { group, artifact, version, sha256, bytes } = wanted;
  const repository = join(scratch, 'maven');
  const stop = progress.follow(() => folderSize(repository), 'downloading', bytes);
  const outcome = await run('mvn', [
    ...['-q', '-B', 'dependency:get', `-Dartifact=${group}:${artifact}:${version}`, '-Dtransitive=false'],
    `-Dmaven.repo.local=${repository}`,
  ]);
  stop();
  if (outcome.notFound) throw new SetupProblem('Maven was not found.', 'Debian, Ubuntu: `apt-get install maven`.');
  if (outcome.status !== 0) {
    const reason = errorLine(outcome.output);
    throw new SetupProblem(`Maven could not download ${artifact} ${version}: ${reason}.`, 'Check the network.');
  }
  const folder = join(repository, ...group.split('.'), artifact, version);
  const jar = readdirSync(folder).find((file) => file.endsWith('.jar'));
  if (!jar) throw new Error(`Expected Maven to leave ${artifact} ${version}, found no jar.`);
  progress.say('checking');
  await verify(join(folder, jar), [sha256]);
  return join(folder, jar);
}
