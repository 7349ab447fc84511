import { Component, h } from '../preact.js';
import { ago, duration, inFull, moment, statusWords } from '../words.js';
import { CommandForm } from './command-form.js';
import { CommandList } from './command-list.js';
import * as icons from './icons.js';
import { bar } from './load.js';
import { problemBox } from './problem.js';

/** One device: what it is, what it shall do, and what has become of that. */
export class DevicePanel extends Component {
  state = {};

  /** One change at a time; the answer is the device as it is now. */
  #change = async (what) => {
    this.setState({ busy: true, problem: null });
    try {
      this.props.onDevice(await what(this.props.api, this.props.device.id));
      this.setState({ editing: null, asking: false });
    } catch (problem) {
      this.setState({ problem });
    } finally {
      this.setState({ busy: false });
    }
  };

  #edit = (editing) => () => this.setState({ editing, problem: null });

  #rename = (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get('name').trim();
    this.#change((api, id) => api.rename(id, name));
  };

  #retag = (event) => {
    event.preventDefault();
    const tags = new FormData(event.target).get('tags').split(/[\s,]+/).filter(Boolean);
    this.#change((api, id) => api.retag(id, [...new Set(tags)]));
  };

  render({ id, device, now, stale, mayOperate, api, commands, onClose }, { editing, problem, busy, asking }) {
    if (!device || device.retired) return gone(id, Boolean(device?.retired), onClose);
    return h('aside', { class: stale ? 'panel stale' : 'panel', 'aria-label': `Device ${device.name || id}` },
      h('header', null,
        icons.status(device.status),
        editing === 'name' ? this.#nameForm(device, busy) : this.#title(device, mayOperate),
        h('button', { class: 'quiet close', onClick: onClose, 'aria-label': 'Close', title: 'Close (Esc)' }, icons.close())),
      h('div', { class: 'scroll' },
        problemBox(problem),
        this.#facts(device, now, stale),
        mayOperate && this.#ability(device, busy, asking),
        h('section', { class: 'part' },
          h('h3', null, 'Tags', mayOperate && editing !== 'tags' && h('button', { class: 'link', onClick: this.#edit('tags') }, 'Edit')),
          editing === 'tags' ? this.#tagsForm(device, busy) : tagList(device.tags)),
        h(CommandForm, { device, api, mayOperate, stale, onSent: commands.add }),
        h(CommandList, { deviceId: id, api, commands, now, mayOperate, stale })));
  }

  #title(device, mayOperate) {
    return h('div', { class: 'title' },
      h('h2', null, device.name || device.id,
        mayOperate && h('button', { class: 'quiet small', onClick: this.#edit('name'), 'aria-label': 'Rename', title: 'Rename' }, icons.pencil())),
      h('code', { class: 'id' }, device.id, h(CopyButton, { text: device.id })));
  }

  #nameForm(device, busy) {
    return h('form', { class: 'title inline', onSubmit: this.#rename },
      h('input', { name: 'name', defaultValue: device.name ?? '', maxLength: 200, 'aria-label': 'Name', ref: focusOnce, onKeyDown: this.#leave }),
      h('button', { class: 'primary small', disabled: busy }, 'Save'));
  }

  #tagsForm(device, busy) {
    return h('form', { class: 'inline', onSubmit: this.#retag },
      h('input', { name: 'tags', defaultValue: (device.tags ?? []).join(' '), 'aria-label': 'Tags, separated by spaces', spellcheck: false,
        placeholder: 'lobby floor:2 …', autocapitalize: 'off', ref: focusOnce, onKeyDown: this.#leave }),
      h('button', { class: 'primary small', disabled: busy }, 'Save'));
  }

  /** Escape leaves the field, not the whole panel. */
  #leave = (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.setState({ editing: null });
  };

  #facts(device, now, stale) {
    const since = device.statusSince && device.status !== 'never-seen';
    return h('dl', { class: 'facts' },
      fact('Status', h('span', { class: `said ${device.status}` }, statusWords(device.status, stale)),
        since && h('small', { title: inFull(device.statusSince) }, stale ? '' : `for ${duration(now - Date.parse(device.statusSince))}`)),
      fact('Last seen', ago(device.lastSeen, now), device.lastSeen && h('small', null, moment(device.lastSeen, now))),
      fact('Version', device.appVersion ?? '–'),
      fact('CPU', bar('CPU', device.load?.cpu)),
      fact('Pending', device.pendingCommands ? String(device.pendingCommands) : 'none'),
      fact('Memory', bar('Memory', device.load?.memory)),
      device.showing && fact('Showing', ...showing(device.showing)),
      device.load?.disk !== undefined && fact('Disk', bar('Disk', device.load.disk)),
      device.load?.temperature !== undefined && fact('Temperature', `${Math.round(device.load.temperature)} °C`));
  }

  #ability(device, busy, asking) {
    if (device.disabled) {
      return h('section', { class: 'part notice' },
        h('p', null, h('strong', null, 'Disabled.'), ' It stays connected; commands are refused.'),
        h('button', { disabled: busy, onClick: () => this.#change((api, id) => api.enable(id)) }, 'Enable'));
    }
    if (!asking) {
      return h('section', { class: 'part quiet-part' },
        h('span', { class: 'muted' }, 'Takes commands'),
        h('button', { class: 'link', onClick: () => this.setState({ asking: true }) }, 'Disable …'));
    }
    return h('section', { class: 'part notice' },
      h('p', null, h('strong', null, 'Disable this device?'), ' It stays connected; commands are refused until it is enabled.'),
      h('button', { onClick: () => this.setState({ asking: false }) }, 'Keep'),
      h('button', { class: 'danger', disabled: busy, onClick: () => this.#change((api, id) => api.disable(id)) }, 'Disable'));
  }
}

const fact = (term, ...said) => [h('dt', null, term), h('dd', null, said)];

const showing = ({ contentId, screenState, playbackSource }) =>
  [contentId ?? 'nothing', h('small', null, [screenState, playbackSource].filter(Boolean).join(', '))];

const tagList = (tags = []) =>
  h('p', { class: 'tags' }, tags.length === 0 ? h('span', { class: 'muted' }, 'No tags') : tags.map((tag) => h('i', { key: tag, class: 'tag' }, tag)));

const gone = (id, retired, onClose) =>
  h('aside', { class: 'panel', 'aria-label': `Device ${id}` },
    h('header', null,
      h('div', { class: 'title' }, h('h2', null, retired ? 'Retired' : 'Not in this fleet'), h('code', { class: 'id' }, id)),
      h('button', { class: 'quiet close', onClick: onClose, 'aria-label': 'Close' }, icons.close())),
    h('p', { class: 'quiet-note' }, retired ? 'This device has been retired. Its pending commands were cancelled.' : 'No device of your organisation has this id.'));

function focusOnce(field) {
  if (!field || field.dataset.focused) return;
  field.dataset.focused = 'yes';
  field.focus();
  field.select();
}

export class CopyButton extends Component {
  #copy = async () => {
    try {
      await navigator.clipboard.writeText(this.props.text);
      this.setState({ done: true });
      setTimeout(() => this.setState({ done: false }), 1500);
    } catch {
      // No clipboard on plain-http origins; the id can still be selected.
    }
  };

  render({ text }, { done }) {
    return h('button', { class: 'quiet small', onClick: this.#copy, 'aria-label': `Copy ${text}`, title: done ? 'Copied' : 'Copy' },
      done ? icons.check() : icons.copy());
  }
}
