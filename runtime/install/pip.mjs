// Fetches files of Python packages with the machine's own pip: pinned by hash, nothing installed, nothing of theirs run.
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verify } from './digest.mjs';
import { folderSize, errorLine, run } from './run.mjs';
import { SetupProblem } from './setup-problem.mjs';

/** @typedef {import('../environment.mjs').Environment} Environment */
/** @typedef {import('./progress.mjs').PartProgress} PartProgress */
/** @typedef {{name: string, version: string, sha256: readonly string[], bytes?: number}} PinnedPackage one digest a platform */

/** The wheels of one platform and Python, whatever Python runs pip. */
export const LINUX_X64 = [
  ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'],
  ...['--platform', 'manylinux_2_27_x86_64', '--platform', 'manylinux2014_x86_64'],
];

/**
 * pip has no way to fetch a source archive that does not run the archive's set-up script. Its own finder and session
 * (with the user's index, proxy and certificates) do.
 */
const FETCH_SOURCE = `
import sys
from pip._internal.commands.download import DownloadCommand
name, version, target = sys.argv[1:4]
command = DownloadCommand('download', 'fetches a source archive')
options, _ = command.parse_args(['--disable-pip-version-check', '--no-cache-dir', '--retries', '2', '--timeout', '20'])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session)
    links = [c.link for c in finder.find_all_candidates(name) if str(c.version) == version and not c.link.is_wheel]
    if not links: sys.exit('ERROR: no source archive of %s %s in the package index' % (name, version))
    with session.get(links[0].url_without_fragment, headers={'Accept-Encoding': 'identity'}, stream=True) as answer:
        answer.raise_for_status()
        with open(target, 'wb') as out:
            for chunk in answer.iter_content(1 << 18): out.write(chunk)
`;

/**
 * @param {Environment} environment
 * @returns {Promise<{program: string, version: string} | null>} a Python that has pip
 */
export async function findPython({ python }) {
  for (const program of python ? [python] : ['python3', 'python']) {
    const { status, output } = await run(program, ['-m', 'pip', '--version']);
    if (status === 0) return { program, version: /python (\d[\d.]*)\)/.exec(output)?.[1] ?? 'unknown' };
  }
  return null;
}

/**
 * @param {PinnedPackage} wanted
 * @param {{environment: Environment, progress: PartProgress, scratch: string, platform?: readonly string[]}} how
 * @returns {Promise<string>} the wheel, checked, in `scratch`
 */
export async function downloadWheel(wanted, { environment, progress, scratch, platform = [] }) {
  const program = await needPython(environment);
  const list = join(scratch, 'requirements.txt');
  const hashes = wanted.sha256.map((one) => `--hash=sha256:${one}`).join(' ');
  await writeFile(list, `${wanted.name}==${wanted.version} ${hashes}\n`);
  const flags = [
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--no-cache-dir',
    '--disable-pip-version-check',
  ];
  const args = ['-m', 'pip', 'download', '-q', ...flags, '--retries', '2', '--timeout', '20', ...platform];
  const stop = progress.follow(() => folderSize(scratch), 'downloading', wanted.bytes);
  const outcome = await run(program, [...args, '-d', scratch, '-r', list], { env: { TMPDIR: scratch } });
  stop();
  if (outcome.status !== 0) throw downloadFailed(wanted, outcome.output);
  const stem = `${wanted.name.replaceAll('-', '_')}-${wanted.version}-`;
  const wheel = readdirSync(scratch).find((file) => file.startsWith(stem) && file.endsWith('.whl'));
  if (!wheel) throw new Error(`Expected pip to leave a wheel of ${wanted.name} ${wanted.version}, found none.`);
  await verify(join(scratch, wheel), wanted.sha256);
  return join(scratch, wheel);
}

/**
 * @param {PinnedPackage} wanted
 * @param {{environment: Environment, progress: PartProgress, scratch: string}} how
 * @returns {Promise<string>} the source archive, checked, in `scratch`
 */
export async function downloadSource(wanted, { environment, progress, scratch }) {
  const program = await needPython(environment);
  const archive = join(scratch, `${wanted.name}-${wanted.version}.tar.gz`);
  const stop = progress.follow(() => folderSize(scratch), 'downloading', wanted.bytes);
  const outcome = await run(program, ['-c', FETCH_SOURCE, wanted.name, wanted.version, archive]);
  stop();
  if (outcome.status !== 0) throw downloadFailed(wanted, outcome.output);
  await verify(archive, wanted.sha256);
  return archive;
}

/** @param {Environment} environment */
async function needPython(environment) {
  const found = await findPython(environment);
  if (found) return found.program;
  throw new SetupProblem(
    'No Python with pip was found.',
    'Install it (Debian, Ubuntu: `apt-get install python3-pip`) or name one in PYTHON, then run this again.',
  );
}

/**
 * @param {PinnedPackage} wanted
 * @param {string} output
 */
function downloadFailed({ name, version }, output) {
  if (/DO NOT MATCH THE HASHES/i.test(output)) {
    return new SetupProblem(
      `The package index serves another ${name} ${version} than the pinned one.`,
      'Check which index pip uses (`pip config list`) before anything else.',
    );
  }
  return new SetupProblem(
    `pip could not download ${name} ${version}: ${errorLine(output)}.`,
    'Check the network, or point pip at a package index that can be reached (PIP_INDEX_URL), then run this again.',
  );
}
