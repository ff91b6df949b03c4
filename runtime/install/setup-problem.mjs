/** What set-up cannot do by itself: one sentence that says what is missing, and one with the way out. */
export class SetupProblem extends Error {
  /**
   * @param {string} found
   * @param {string} wayOut
   */
  constructor(found, wayOut) {
    super(`${found} ${wayOut}`);
    this.name = 'SetupProblem';
  }
}

/**
 * The system's errors that a person can do something about, in words; everything else as it is.
 *
 * @param {unknown} error
 * @returns {Error}
 */
export function inWords(error) {
  if (!(error instanceof Error)) return new Error(String(error));
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') {
    return new SetupProblem(
      `${path ?? 'A folder'} cannot be written (${code}).`,
      'Set LPT_SWEEP_CACHE and LPT_SWEEP_STATE to folders of your own, or give yourself the right to write there.',
    );
  }
  if (code === 'ENOSPC') {
    return new SetupProblem(
      'The disk is full.',
      'Free about 4 GB (9 GB with an NVIDIA driver), or set LPT_SWEEP_CACHE to a folder on a larger disk.',
    );
  }
  return error;
}
