import { Component, createRef, h } from '../preact.js';
import { ago, briefly, count, inFull, statusWords } from '../words.js';
import * as icons from './icons.js';
import { bar } from './load.js';

const SPARE_ROWS = 10;
const TAGS_SHOWN = 3;

// formatter:off
const COLUMNS = [
  { key: 'name',     title: 'Name' },
  { key: 'id',       title: 'Id' },
  { key: 'status',   title: 'Status' },
  { key: 'lastSeen', title: 'Last seen' },
  { key: 'version',  title: 'Version' },
  { key: 'cpu',      title: 'CPU' },
  { key: 'mem',      title: 'Memory', fixed: true },
  { key: 'tags',     title: 'Tags', fixed: true },
  { key: 'pending',  title: 'Pending' },
];
// formatter:on

/** Only the rows in sight exist, so 20,000 devices cost what 40 do. */
export class FleetTable extends Component {
  state = { top: 0, height: 600, row: 38 };
  #body = createRef();

  componentDidMount() {
    this.#measure();
    this.observer = new ResizeObserver(() => this.#measure());
    this.observer.observe(this.#body.current);
  }

  /** A new question starts at its first answer. */
  componentDidUpdate(before) {
    if (before.question !== this.props.question) this.#body.current.scrollTop = 0;
  }

  componentWillUnmount() {
    this.observer.disconnect();
  }

  #measure() {
    const body = this.#body.current;
    // The height of a row is the style sheet's decision (phones have taller ones).
    const row = parseFloat(getComputedStyle(body).getPropertyValue('--row')) || 38;
    if (row !== this.state.row || body.clientHeight !== this.state.height) {
      this.setState({ row, height: body.clientHeight });
    }
  }

  #scroll = () => {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.#body.current) this.setState({ top: this.#body.current.scrollTop });
    });
  };

  #key = (event) => {
    const { rows, cursor, onCursor, onOpen } = this.props;
    const page = Math.max(1, Math.floor(this.state.height / this.state.row) - 1);
    const at = Math.max(0, rows.findIndex((device) => device.id === cursor));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined && rows.length > 0) {
      event.preventDefault();
      const next = Math.min(rows.length - 1, Math.max(0, to));
      onCursor(rows[next].id);
      this.#reveal(next);
    } else if ((event.key === 'Enter' || event.key === ' ') && rows[at]) {
      event.preventDefault();
      onOpen(rows[at].id);
    }
  };

  #reveal(index) {
    const body = this.#body.current;
    const { row, height } = this.state;
    if (index * row < body.scrollTop) body.scrollTop = index * row;
    else if ((index + 1) * row > body.scrollTop + height) body.scrollTop = (index + 1) * row - height;
  }

  #focus = () => {
    const { rows, cursor, onCursor } = this.props;
    if (rows.length > 0 && !rows.some((device) => device.id === cursor)) onCursor(rows[0].id);
  };

  render({ rows, open, cursor, now, stale, sort, reverse, onSort, onOpen, empty }, { top, height, row }) {
    const first = Math.max(0, Math.floor(top / row) - SPARE_ROWS);
    const last = Math.min(rows.length, Math.ceil((top + height) / row) + SPARE_ROWS);
    const inSight = rows.slice(first, last);
    return h('section', { class: stale ? 'fleet stale' : 'fleet', 'aria-label': 'Devices' },
      h('div', { class: 'head', role: 'group', 'aria-label': 'Sort by' }, COLUMNS.map((column) => header(column, sort, reverse, onSort))),
      h('div', { class: 'body', ref: this.#body, onScroll: this.#scroll, onKeyDown: this.#key, onFocus: this.#focus, tabIndex: 0, role: 'grid',
          'aria-label': stale ? 'Devices, as last known' : 'Devices', 'aria-rowcount': rows.length, 'aria-colcount': COLUMNS.length,
          'aria-activedescendant': inSight.some((device) => device.id === cursor) ? rowId(cursor) : undefined },
        rows.length === 0 && empty,
        h('div', { class: 'all', role: 'presentation', style: { height: `${rows.length * row}px` } },
          inSight.map((device, index) =>
            h(Row, { key: device.id, device, at: first + index, offset: (first + index) * row, open: device.id === open,
              cursor: device.id === cursor, now, stale, onOpen })))));
  }
}

const rowId = (id) => `row-${id}`;

function header({ key, title, fixed }, sort, reverse, onSort) {
  if (fixed) return h('span', { class: `c-${key}` }, title);
  const mine = sort === key;
  return h('button', { class: mine ? `c-${key} sorted` : `c-${key}`, onClick: () => onSort(key), 'aria-pressed': mine, title: `Sort by ${title.toLowerCase()}` },
    title, mine && icons.sorted(reverse));
}

class Row extends Component {
  /** Most rows do not change in a second; what ticks is only the time that is shown. */
  shouldComponentUpdate(next) {
    const mine = this.props;
    return ['device', 'at', 'offset', 'open', 'cursor', 'stale'].some((key) => mine[key] !== next[key]) || ticking(mine) !== ticking(next);
  }

  render({ device, at, offset, open, cursor, now, stale, onOpen }) {
    const { id, name, status, tags = [], load = {} } = device;
    const classes = ['row', status, open && 'open', cursor && 'cursor', device.disabled && 'disabled'].filter(Boolean).join(' ');
    return h('div', { id: rowId(id), class: classes, role: 'row', 'aria-rowindex': at + 1, 'aria-selected': open,
        style: { transform: `translateY(${offset}px)` }, onClick: () => onOpen(id) },
      h('span', { class: 'c-name', role: 'gridcell', title: name || id }, icons.status(status), h('b', null, name || id),
        device.disabled && h('em', { class: 'badge' }, 'disabled')),
      h('span', { class: 'c-id', role: 'gridcell', title: id }, id),
      h('span', { class: 'c-status', role: 'gridcell', title: `since ${inFull(device.statusSince)}` },
        statusWords(status, stale),
        status !== 'never-seen' && !stale && h('small', null, briefly(now - Date.parse(device.statusSince)))),
      h('span', { class: 'c-lastSeen', role: 'gridcell', title: inFull(device.lastSeen) }, ago(device.lastSeen, now)),
      h('span', { class: 'c-version', role: 'gridcell', title: device.appVersion }, device.appVersion ?? '–'),
      h('span', { class: 'c-cpu', role: 'gridcell' }, bar('CPU', load?.cpu)),
      h('span', { class: 'c-mem', role: 'gridcell' }, bar('Memory', load?.memory)),
      h('span', { class: 'c-tags', role: 'gridcell', title: tags.join(', ') },
        tags.slice(0, TAGS_SHOWN).map((tag) => h('i', { key: tag, class: 'tag' }, tag)),
        tags.length > TAGS_SHOWN && h('i', { class: 'more' }, `+${tags.length - TAGS_SHOWN}`)),
      h('span', { class: 'c-pending', role: 'gridcell' },
        device.pendingCommands > 0
          ? h('i', { class: 'pending', title: `${count(device.pendingCommands)} pending` }, count(device.pendingCommands))
          : h('i', { class: 'none' }, '–')));
  }
}

function ticking({ device, now }) {
  return `${ago(device.lastSeen, now)}|${briefly(now - Date.parse(device.statusSince))}`;
}
