import { Component, h } from '../preact.js';
import * as icons from './icons.js';
import { problemBox } from './problem.js';

export class SignIn extends Component {
  #submit = (event) => {
    event.preventDefault();
    const token = new FormData(event.target).get('token').trim();
    const sound = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
    this.setState({ odd: !sound });
    if (sound) this.props.onToken(token);
  };

  render({ problem }, { odd }) {
    return h('main', { class: 'sign-in' },
      h('form', { onSubmit: this.#submit, noValidate: true },
        h('h1', null, icons.mark(), 'Muster'),
        h('p', { class: 'lead' }, 'Sign in with a user token to see your organisation’s devices.'),
        problemBox(problem),
        h('label', { for: 'token' }, 'User token'),
        h('textarea', { id: 'token', name: 'token', rows: 4, required: true, spellcheck: false, autocomplete: 'off',
          autocapitalize: 'off', autofocus: true, placeholder: 'eyJhbGciOi…', 'aria-invalid': Boolean(odd),
          'aria-describedby': 'token-hint', onKeyDown: submitOnEnter }),
        odd && h('p', { class: 'field-error', role: 'alert' }, 'This is not a token: it has three parts joined by dots.'),
        h('button', { class: 'primary' }, 'Sign in'),
        h('p', { id: 'token-hint', class: 'hint' }, 'Make one where the gateway runs:'),
        h('pre', null, './muster token user --org acme --role operator'),
        h('p', { class: 'hint' }, 'It is kept in this tab only and forgotten when the tab is closed.')));
  }
}

function submitOnEnter(event) {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  event.target.form.requestSubmit();
}
