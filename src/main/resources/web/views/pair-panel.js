import { Component, createRef, h } from '../preact.js';
import * as icons from './icons.js';
import { problemBox } from './problem.js';

const UNKNOWN = { title: 'No such code', detail: 'It is mistyped, or its 5 minutes are over.' };

/** A new device shows a code on its screen; entering it here makes the device one of ours. */
export class PairPanel extends Component {
  #code = createRef();

  componentDidMount() {
    this.#code.current?.focus();
  }

  #submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const name = form.get('name').trim();
    const tags = form.get('tags').split(/[\s,]+/).filter(Boolean);
    this.setState({ busy: true, problem: null });
    try {
      const { data } = await this.props.api.pair({
        code: form.get('code').trim().toUpperCase(),
        ...(name ? { name } : {}),
        ...(tags.length > 0 ? { tags: [...new Set(tags)] } : {}),
      });
      this.props.onPaired(data.deviceId);
    } catch (problem) {
      this.setState({ problem: problem.status === 404 ? { ...UNKNOWN, code: problem.code } : problem, busy: false });
    }
  };

  render({ code, mayOperate, onClose }, { busy, problem }) {
    return h('aside', { class: 'panel', 'aria-label': 'Pair a device' },
      h('header', null,
        h('div', { class: 'title' }, h('h2', null, 'Pair a device')),
        h('button', { class: 'quiet close', onClick: onClose, 'aria-label': 'Close', title: 'Close (Esc)' }, icons.close())),
      mayOperate ? this.#form(code, busy, problem) : h('p', { class: 'quiet-note' }, 'Your role may look, not pair: that takes an operator.'));
  }

  #form(code, busy, problem) {
    return h('form', { class: 'pairing', onSubmit: this.#submit },
      h('p', { class: 'muted' }, 'A device that has no token yet shows a code on its screen. A code is good for 5 minutes.'),
      h('label', null, 'Code', h('input', { ref: this.#code, name: 'code', class: 'code', defaultValue: code, required: true, maxLength: 16,
        autocomplete: 'off', autocapitalize: 'characters', spellcheck: false, placeholder: 'H7K3QX' })),
      h('label', null, 'Name', h('input', { name: 'name', maxLength: 200, placeholder: 'as the device calls itself' })),
      h('label', null, 'Tags', h('input', { name: 'tags', spellcheck: false, autocapitalize: 'off', placeholder: 'lobby floor:2 …' })),
      h('button', { class: 'primary', disabled: busy }, busy ? 'Pairing…' : 'Pair'),
      problemBox(problem));
  }
}
