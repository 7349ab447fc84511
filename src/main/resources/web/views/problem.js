import { h } from '../preact.js';
import * as icons from './icons.js';

/** A failure in the gateway's own words, with the code that its documents explain. */
export const problemBox = (problem) =>
  problem &&
  h('div', { class: 'problem', role: 'alert' },
    icons.warning(),
    h('div', null,
      h('strong', null, problem.title || 'Something went wrong'),
      problem.detail && h('p', null, problem.detail),
      h('p', { class: 'code' }, problem.code, problem.retryAfter && ` · try again in ${problem.retryAfter} s`)));
