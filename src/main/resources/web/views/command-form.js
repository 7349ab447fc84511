import { Component, h } from '../preact.js';
import { newKey } from '../api.js';
import * as icons from './icons.js';
import { problemBox } from './problem.js';

// formatter:off
const TYPES = {
  reload:         { title: 'Reload' },
  restart:        { title: 'Restart player' },
  reboot:         { title: 'Reboot device' },
  clear_cache:    { title: 'Clear cache' },
  screenshot:     { title: 'Screenshot',      payload: (_, key) => ({ requestId: key }) },
  push_content:   { title: 'Push content',    fields: contentFields, payload: contentOf },
  clear_override: { title: 'Clear pushed content' },
  update:         { title: 'Update',          fields: updateFields,  payload: (form) => ({ feedUrl: form.get('feedUrl').trim() }) },
  custom:         { title: 'Custom …',        fields: customFields,  payload: customOf },
};
const EXPIRIES = [[60, '1 minute'], [300, '5 minutes'], [3_600, '1 hour'], [86_400, '1 day'], [604_800, '7 days'], [2_592_000, '30 days']];
// formatter:on
const EXPIRY_DEFAULT_S = 3_600;

export class CommandForm extends Component {
  state = { type: 'reload' };
  #key = newKey();

  #submit = async (event) => {
    event.preventDefault();
    const { api, device, onSent } = this.props;
    let command;
    try {
      command = commandOf(this.state.type, new FormData(event.target), this.#key);
    } catch (mistake) {
      this.setState({ problem: { title: 'Not sent', detail: mistake.message } });
      return;
    }
    this.setState({ busy: true, problem: null });
    try {
      onSent(await api.send(device.id, command, this.#key));
      this.#key = newKey();
    } catch (problem) {
      // The key stays: when only the answer was lost, a second click must not be a second command.
      this.setState({ problem });
    } finally {
      this.setState({ busy: false });
    }
  };

  /** Another command is another intention. */
  #changed = () => {
    this.#key = newKey();
  };

  render({ device, mayOperate, stale }, { type, busy, problem }) {
    if (!mayOperate) {
      return h('section', { class: 'part' }, h('h3', null, 'Send a command'), h('p', { class: 'muted' }, 'Your role may look, not send: that takes an operator.'));
    }
    const asleep = !stale && device.status !== 'online' && !device.disabled;
    return h('section', { class: 'part send' },
      h('h3', null, 'Send a command'),
      h('form', { onSubmit: this.#submit, onInput: this.#changed },
        h('div', { class: 'fields' },
          h('label', null, 'Command',
            h('select', { name: 'type', value: type, onChange: (event) => this.setState({ type: event.target.value, problem: null }) },
              Object.entries(TYPES).map(([name, { title }]) => h('option', { key: name, value: name }, title)))),
          h('label', null, 'Expires in',
            h('select', { name: 'expiry', defaultValue: EXPIRY_DEFAULT_S },
              EXPIRIES.map(([seconds, title]) => h('option', { key: seconds, value: seconds, selected: seconds === EXPIRY_DEFAULT_S }, title)))),
          h('button', { class: 'primary', disabled: busy || device.disabled }, icons.send(), busy ? 'Sending…' : 'Send')),
        TYPES[type].fields?.(),
        asleep && h('p', { class: 'hint' }, 'It is not online. The command is kept and delivered when it comes back, until it expires.')),
      problemBox(problem));
  }
}

/** The same intention gives the same command, ids in its payload included. */
function commandOf(type, form, key) {
  const payload = TYPES[type].payload?.(form, key);
  return {
    type: type === 'custom' ? typeOf(form) : type,
    ...(payload === undefined ? {} : { payload }),
    expiresInSeconds: Number(form.get('expiry')),
    ...(form.get('collapseKey') ? { collapseKey: form.get('collapseKey').trim() } : {}),
  };
}

function updateFields() {
  return h('label', { class: 'wide' }, 'Feed address', h('input', { name: 'feedUrl', type: 'url', required: true, placeholder: 'https://…' }));
}

function contentFields() {
  return h('div', { class: 'fields two' },
    h('label', { class: 'wide' }, 'Address', h('input', { name: 'url', type: 'url', required: true, placeholder: 'https://…' })),
    h('label', null, 'Kind', h('select', { name: 'kind' }, ['image', 'video', 'webpage'].map((kind) => h('option', { key: kind }, kind)))),
    h('label', null, 'For minutes', h('input', { name: 'minutes', type: 'number', min: 1, max: 1440, defaultValue: 5, required: true })));
}

function contentOf(form, key) {
  const url = form.get('url').trim();
  return { content: { id: key, name: url, type: form.get('kind'), url }, duration: Number(form.get('minutes')) };
}

function customFields() {
  return h('div', { class: 'fields two' },
    h('label', null, 'Type', h('input', { name: 'customType', required: true, pattern: '[a-z][a-z0-9_\\-]{0,63}', placeholder: 'set_volume', spellcheck: false, autocapitalize: 'off' })),
    h('label', null, 'Collapse key', h('input', { name: 'collapseKey', maxLength: 64, placeholder: 'optional', spellcheck: false, autocapitalize: 'off' })),
    h('label', { class: 'wide' }, 'Payload (JSON)', h('textarea', { name: 'payload', rows: 4, spellcheck: false, placeholder: '{"volume": 40}' })));
}

const typeOf = (form) => form.get('customType').trim();

function customOf(form) {
  const text = form.get('payload').trim();
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch (mistake) {
    throw new Error(`The payload is not JSON: ${mistake.message}`);
  }
}
