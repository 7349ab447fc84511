import { Component, h, render } from './preact.js';
import { Api } from './api.js';
import { isSettled, merge } from './commands.js';
import { Fleet, STATUSES } from './fleet.js';
import { Live } from './live.js';
import { forgetToken, keepToken, readAddress, token, writeAddress } from './session.js';
import { DevicePanel } from './views/device-panel.js';
import { FleetTable } from './views/fleet-table.js';
import { filters, overview } from './views/overview.js';
import { PairPanel } from './views/pair-panel.js';
import { SignIn } from './views/sign-in.js';
import { lostBanner, topBar } from './views/top-bar.js';

const REDRAW_MS = 200; // a storm of changes is drawn a few times a second, not once each
const COMMANDS_KEPT = 200;
const OPERATES = new Set(['operator', 'admin']);
const STILL = { status: new Set(), tag: '', text: '', only: '', sort: 'name', reverse: false, device: null, pair: null };

/** Signed in or not; everything else is below. */
class App extends Component {
  state = { token: token() };

  componentDidMount() {
    addEventListener('hashchange', this.#address);
  }

  /** A sign-in link may be opened in a tab that is already signed in. */
  #address = () => {
    readAddress();
    if (token() && token() !== this.state.token) this.setState({ token: token(), problem: null });
  };

  #signIn = (given) => {
    keepToken(given);
    this.setState({ token: token(), problem: null });
  };

  #signOut = (problem = null) => {
    forgetToken();
    this.setState({ token: null, problem });
  };

  render(_, { token: mine, problem }) {
    return mine
      ? h(Desk, { key: mine, token: mine, onSignOut: this.#signOut })
      : h(SignIn, { problem, onToken: this.#signIn });
  }
}

/** The operator's desk: one organisation, live. */
class Desk extends Component {
  #fleet = new Fleet();
  #live = new Live(this.props.token, { phase: (live) => this.#phase(live), event: (name, data) => this.#event(name, data) });
  #api = new Api(this.props.token, (problem) => this.props.onSignOut(problem));
  #redraw = 0;

  state = { live: this.#live.state, now: Date.now(), shown: shownIn(readAddress()), cursor: null, commands: NO_COMMANDS };

  componentDidMount() {
    this.#live.start();
    this.clock = setInterval(() => document.hidden || this.setState({ now: Date.now() }), 1000);
    addEventListener('hashchange', this.#address);
    addEventListener('popstate', this.#address);
    addEventListener('keydown', this.#key);
    if (this.state.shown.device) this.#loadCommands(this.state.shown.device);
  }

  componentWillUnmount() {
    this.#live.stop();
    clearInterval(this.clock);
    clearTimeout(this.#redraw);
    removeEventListener('hashchange', this.#address);
    removeEventListener('popstate', this.#address);
    removeEventListener('keydown', this.#key);
  }

  // ── what the gateway says ──
  #phase(live) {
    if (live.phase === 'refused') {
      this.props.onSignOut({ title: 'Signed out', detail: REFUSED[live.code] ?? REFUSED.AUTH_INVALID, code: live.code ?? 'unauthorized' });
      return;
    }
    // The socket cannot say why it was not let in; REST can, and a refused token ends here.
    if (live.phase === 'lost' && live.neverJoined && !live.trying) this.#api.check().catch(() => {});
    if (live.phase === 'picture') this.#fleet.beginPicture();
    if (live.phase === 'live' && this.state.live.phase !== 'live' && this.state.shown.device) this.#loadCommands(this.state.shown.device);
    this.setState({ live, now: Date.now() });
  }

  #event(name, data) {
    switch (name) {
      case 'picture':
        this.#fleet.picture(data);
        break;
      case 'device':
        this.#fleet.change(data);
        break;
      case 'sample':
        this.#fleet.sample(data);
        break;
      case 'command':
        this.#fleet.commandMoved(data, isSettled(data));
        if (data.deviceId === this.state.shown.device) this.#addCommands([data]);
        break;
      default:
        return; // Announced endings need nothing: the close that follows is what counts.
    }
    this.#redraw ||= setTimeout(() => {
      this.#redraw = 0;
      this.setState({ now: Date.now() });
    }, REDRAW_MS);
  }

  // ── what the person does ──
  #show = (change, { replace = true } = {}) => {
    const shown = { ...this.state.shown, ...change };
    writeAddress(addressOf(shown), { replace });
    this.setState({ shown });
  };

  #open = (device) => {
    if (device === this.state.shown.device) return;
    this.setState({ cursor: device, commands: NO_COMMANDS });
    this.#show({ device, pair: null }, { replace: false });
    this.#loadCommands(device);
  };

  #close = () => {
    this.#show({ device: null, pair: null }, { replace: false });
    document.querySelector('.fleet .body')?.focus({ preventScroll: true });
  };

  #sort = (key) => {
    const { sort, reverse } = this.state.shown;
    this.#show({ sort: key, reverse: key === sort && !reverse });
  };

  #toggle = (name) => {
    const status = new Set(this.state.shown.status);
    if (!status.delete(name)) status.add(name);
    this.#show({ status });
  };

  #address = () => {
    const { sort, reverse } = this.state.shown;
    const shown = { ...shownIn(readAddress()), sort, reverse };
    const other = shown.device !== this.state.shown.device;
    this.setState({ shown, ...(other ? { commands: NO_COMMANDS } : {}) });
    if (other && shown.device) this.#loadCommands(shown.device);
  };

  #key = (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === 'Escape' && (this.state.shown.device || this.state.shown.pair !== null)) this.#close();
    else if (event.key === '/' && !typing) {
      event.preventDefault();
      document.getElementById('search')?.focus();
    }
  };

  // ── the commands of the open device ──
  #addCommands = (arrived) =>
    this.setState(({ commands }) => ({ commands: { ...commands, items: merge(commands.items, arrived).slice(0, COMMANDS_KEPT) } }));

  async #loadCommands(device, pageToken) {
    this.setState(({ commands }) => ({ commands: { ...commands, loading: true, failed: null } }));
    let change;
    try {
      const page = await this.#api.commands(device, pageToken);
      this.#ifStillOpen(device, () => this.#addCommands(page.items));
      change = { more: page.nextPageToken };
    } catch (failed) {
      change = { failed };
    }
    this.#ifStillOpen(device, () => this.setState(({ commands }) => ({ commands: { ...commands, loading: false, ...change } })));
  }

  #ifStillOpen(device, then) {
    if (this.state.shown.device === device) then();
  }

  render({ onSignOut }, { live, now, shown, cursor, commands }) {
    const { counts, tags } = this.#fleet.summary();
    const rows = this.#fleet.view(shown);
    const mayOperate = OPERATES.has(live.joined?.role);
    const stale = live.phase !== 'live' && this.#fleet.known;
    document.title = titleOf(live, counts);
    return h('div', { class: 'desk' },
      topBar({ live, mayOperate, onPair: () => this.#show({ pair: '', device: null }, { replace: false }), onSignOut: () => onSignOut() }),
      lostBanner({ live, known: this.#fleet.known, now, onRetry: this.#live.tryNow }),
      h('main', null,
        h('div', { class: 'work' },
          overview({ counts, status: shown.status, stale, onToggle: this.#toggle, onAll: () => this.#show({ status: new Set() }) }),
          filters({ shown, tags, counts, matching: rows.length, onChange: this.#show }),
          h(FleetTable, { rows, question: questionOf(shown), open: shown.device, cursor, now, stale, sort: shown.sort, reverse: shown.reverse, onSort: this.#sort,
            onOpen: this.#open, onCursor: (id) => this.setState({ cursor: id }), empty: this.#empty(live, counts) })),
        shown.pair !== null && !shown.device && this.#fleet.known &&
          h(PairPanel, { code: shown.pair, mayOperate, api: this.#api, onClose: this.#close, onPaired: this.#open }),
        shown.device && (this.#fleet.known || this.#fleet.get(shown.device)) &&
          h(DevicePanel, { key: shown.device, id: shown.device, device: this.#fleet.get(shown.device), now, stale, api: this.#api,
            mayOperate, onClose: this.#close, onDevice: (device) => this.#event('device', device),
            commands: { ...commands, add: (command) => this.#addCommands([command]), loadMore: () => this.#loadCommands(shown.device, commands.more) } })));
  }

  #empty(live, counts) {
    if (!this.#fleet.known) {
      const coming = this.#fleet.arriving;
      return h('div', { class: 'empty' }, h('p', null, live.phase === 'lost' ? 'Not connected.' : coming ? `Loading, ${coming} devices so far…` : 'Loading…'));
    }
    if (counts.total > 0) {
      return h('div', { class: 'empty' },
        h('p', null, 'No device matches.'),
        h('button', { onClick: () => this.#show({ status: new Set(), tag: '', text: '', only: '' }) }, 'Clear the filters'));
    }
    return h('div', { class: 'empty' },
      h('h2', null, 'No devices yet'),
      h('p', null, 'A device appears here as soon as it is registered or connects with its token. Make a token for the first one where the gateway runs:'),
      h('pre', null, `./muster token device --org ${live.joined?.organizationId ?? 'acme'} --id lobby-1`));
  }
}

const REFUSED = {
  AUTH_EXPIRED: 'The token has expired.',
  AUTH_INVALID: 'The gateway does not take this token.',
};

const NO_COMMANDS = { items: [], loading: false, failed: null, more: null };

function titleOf(live, counts) {
  if (live.phase === 'lost') return 'Not live · Muster';
  return counts.offline > 0 ? `${counts.offline} offline · Muster` : 'Muster';
}

const questionOf = ({ status, tag, text, only, sort, reverse }) => JSON.stringify([[...status], tag, text, only, sort, reverse]);

// ── the address says what is shown, so that it can be bookmarked and sent to a colleague ──
function shownIn(address) {
  const asked = (key) => address.get(key) ?? '';
  return {
    ...STILL,
    status: new Set(asked('status').split(',').filter((name) => STATUSES.includes(name))),
    tag: asked('tag'),
    text: asked('q'),
    only: ['pending', 'disabled'].includes(asked('only')) ? asked('only') : '',
    device: asked('device') || null,
    pair: address.get('pair'),
  };
}

function addressOf({ status, tag, text, only, device, pair }) {
  const address = new URLSearchParams();
  if (status.size > 0) address.set('status', [...status].join(','));
  if (tag) address.set('tag', tag);
  if (text) address.set('q', text);
  if (only) address.set('only', only);
  if (device) address.set('device', device);
  if (pair !== null) address.set('pair', pair);
  return address;
}

readAddress();
render(h(App), document.getElementById('app'));
