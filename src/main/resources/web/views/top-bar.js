import { h } from '../preact.js';
import { timeOfDay, duration } from '../words.js';
import * as icons from './icons.js';

export const topBar = ({ live, mayOperate, onPair, onSignOut }) =>
  h('header', { class: 'top' },
    h('h1', null, icons.mark(), 'Muster'),
    live.joined && h('span', { class: 'org', title: 'Organisation' }, live.joined.organizationId),
    h('span', { class: 'grow' }),
    mayOperate && h('button', { class: 'quiet pair', onClick: onPair }, icons.plus(), h('span', null, 'Pair a device')),
    h('span', { class: `pulse ${live.phase}`, role: 'status' }, h('i', null), SAYS[live.phase]),
    live.joined && h('span', { class: 'who', title: 'Signed in as' }, live.joined.userId, h('span', { class: 'role' }, live.joined.role)),
    h('button', { class: 'quiet', onClick: onSignOut, title: 'Sign out', 'aria-label': 'Sign out' }, icons.out()));

const SAYS = { connecting: 'Connecting', picture: 'Loading', live: 'Live', lost: 'Not live', refused: 'Signed out' };

/** While it stands, everything below it is the past and says so. */
export const lostBanner = ({ live, known, now, onRetry }) => {
  if (live.phase !== 'lost' && !(live.phase === 'picture' && live.lostAt)) return null;
  return h('div', { class: 'lost', role: 'alert' },
    icons.warning(),
    h('p', null,
      h('strong', null, live.phase === 'picture' ? 'Connected again.' : 'The live connection is lost.'), ' ',
      live.phase === 'picture'
        ? 'Fetching a fresh picture.'
        : known
          ? `What is shown is how things were at ${timeOfDay(live.heardAt)} and may have changed since.`
          : 'There is nothing to show yet.', ' ',
      live.phase === 'lost' && h('span', { class: 'retry' }, live.trying ? 'Trying now…' : `Next try in ${duration(Math.max(1000, live.retryAt - now))}.`)),
    live.phase === 'lost' && h('button', { onClick: onRetry, disabled: live.trying }, 'Try now'));
};
