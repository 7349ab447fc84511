import { h } from '../preact.js';
import { STATUS, count } from '../words.js';
import * as icons from './icons.js';

const SHOWN = ['online', 'reconnecting', 'offline', 'never-seen'];

/** How the fleet is, and by the same touch the filter by status. */
export const overview = ({ counts, status, stale, onToggle, onAll }) =>
  h('section', { class: stale ? 'overview stale' : 'overview', 'aria-label': 'Devices by status' },
    h('div', { class: 'counts' },
      h('button', { class: 'count', 'aria-pressed': status.size === 0, onClick: onAll },
        h('b', null, count(counts.total)), h('span', null, counts.total === 1 ? 'Device' : 'Devices')),
      SHOWN.map((name) =>
        h('button', { key: name, class: `count ${name}`, 'aria-pressed': status.has(name), onClick: () => onToggle(name) },
          h('b', { class: counts[name] ? '' : 'none' }, count(counts[name])),
          h('span', null, icons.status(name), STATUS[name])))),
    h('div', { class: 'proportions', 'aria-hidden': 'true' },
      counts.total > 0 && SHOWN.map((name) =>
        counts[name] > 0 && h('i', { key: name, class: name, style: { flexGrow: counts[name] } }))));

/** Everything else by which the list can be narrowed. */
export const filters = ({ shown, tags, counts, matching, onChange }) =>
  h('section', { class: 'filters', role: 'search', 'aria-label': 'Filter devices' },
    h('label', { class: 'search' },
      icons.search(),
      h('input', { type: 'search', id: 'search', value: shown.text, placeholder: 'Name, id, version or tag', 'aria-label': 'Search devices',
        autocomplete: 'off', spellcheck: false, onInput: (event) => onChange({ text: event.target.value }) }),
      h('kbd', { 'aria-hidden': 'true' }, '/')),
    h('select', { 'aria-label': 'Tag', value: shown.tag, onChange: (event) => onChange({ tag: event.target.value }) },
      h('option', { value: '' }, 'All tags'),
      offered(tags, shown.tag).map(([tag, uses]) => h('option', { key: tag, value: tag }, `${tag} (${count(uses)})`))),
    h('select', { 'aria-label': 'Only', value: shown.only, onChange: (event) => onChange({ only: event.target.value }) },
      h('option', { value: '' }, 'Any condition'),
      h('option', { value: 'pending' }, `Commands pending (${count(counts.pending)})`),
      h('option', { value: 'disabled' }, `Disabled (${count(counts.disabled)})`)),
    h('span', { class: 'matching', role: 'status' },
      matching === counts.total ? '' : `${count(matching)} of ${count(counts.total)}`));

/** A menu of thousands helps no one; the text search finds the rest. */
const OFFERED_MAX = 200;
function offered(tags, chosen) {
  const most = tags.slice(0, OFFERED_MAX);
  return chosen && !most.some(([tag]) => tag === chosen) ? [[chosen, 0], ...most] : most;
}
