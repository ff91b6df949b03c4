// The shape that every part of set-up has. Types only.

/**
 * @typedef {object} PartContext
 * @property {string} project the folder that holds package.json
 * @property {import('../environment.mjs').Environment} environment
 * @property {import('./progress.mjs').PartProgress} progress
 */

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {'always' | 'to run' | 'data' | 'better'} need `always`: nothing goes without; `to run`: no sweep goes without;
 *   `data`: the demo does not go without, and some tests are skipped; `better`: a slower way exists
 * @property {(context: Omit<PartContext, 'progress'>) => boolean} ready looks at a few files only
 * @property {(context: PartContext) => Promise<string>} install answers what to show, in a few words
 * @property {string} [without] what happens when it cannot be had, a sentence
 */

export {};
