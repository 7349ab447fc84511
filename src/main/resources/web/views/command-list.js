import { Component, h } from '../preact.js';
import { MEANING, isCancellable, isSettled, isUnconfirmed, startOf } from '../commands.js';
import { duration, inFull, moment, step, timeOfDay } from '../words.js';
import * as icons from './icons.js';
import { problemBox } from './problem.js';

/** The device's recent commands, newest first; those that move, move before one's eyes. */
export class CommandList extends Component {
  state = { open: null, problem: null };

  #toggle = (id) => this.setState(({ open }) => ({ open: this.#shown(open) === id ? 'none' : id }));

  /** Without a choice the newest is open: it is the one just sent. */
  #shown(open) {
    return open ?? this.props.commands.items[0]?.id;
  }

  componentDidUpdate(before) {
    const newest = this.props.commands.items[0]?.id;
    if (before.commands.items[0]?.id !== newest && this.state.open !== null) this.setState({ open: null });
  }

  #cancel = async (command) => {
    this.setState({ cancelling: command.id, problem: null });
    try {
      this.props.commands.add(await this.props.api.cancel(this.props.deviceId, command.id));
    } catch (problem) {
      this.setState({ problem });
    } finally {
      this.setState({ cancelling: null });
    }
  };

  render({ commands, now, mayOperate, stale }, { open, problem, cancelling }) {
    const { items, loading, failed, more } = commands;
    const shown = this.#shown(open);
    return h('section', { class: stale ? 'part commands stale' : 'part commands' },
      h('h3', null, 'Commands'),
      problemBox(problem ?? failed),
      items.length === 0 && !failed && h('p', { class: 'muted' }, loading ? 'Loading…' : 'None has been sent yet.'),
      h('ol', null, items.map((command) =>
        h('li', { key: command.id, class: command.id === shown ? 'command open' : 'command', 'data-command': command.id, 'data-state': command.state },
          h('button', { class: 'line', 'aria-expanded': command.id === shown, onClick: () => this.#toggle(command.id) },
            icons.chevron(command.id === shown),
            h('b', null, command.type),
            h('span', { class: `state ${look(command)}` }, isSettled(command) ? null : h('i', { class: 'moving' }), title(command)),
            h('time', { dateTime: startOf(command), title: inFull(startOf(command)) }, startOf(command) && moment(startOf(command), now))),
          command.id === shown && h('div', { class: 'detail' },
            timeline(command, now, stale),
            facts(command, now),
            mayOperate && isCancellable(command) &&
              h('button', { class: 'small', disabled: cancelling === command.id, onClick: () => this.#cancel(command) }, 'Cancel command'))))),
      more && h('button', { class: 'link', onClick: commands.loadMore, disabled: loading }, loading ? 'Loading…' : 'Show older'),
      h('p', { class: 'spoken', role: 'status' }, items[0] && `${items[0].type} ${title(items[0])}`));
  }
}

const look = (command) => (isUnconfirmed(command) ? 'unconfirmed' : command.state);
const title = (command) => (isUnconfirmed(command) ? 'sent, unconfirmed' : command.state);

const timeline = (command, now, stale) => {
  const entries = command.timeline ?? [];
  return h('ol', { class: 'timeline' },
    entries.map((entry, index) =>
      h('li', { key: index, class: entry.state },
        icons.step(entry.state),
        h('div', null,
          h('p', null, h('b', { title: MEANING[entry.state] }, entry.state), notes(entry).map((note) => h('span', { key: note, class: 'note' }, note))),
          h('p', { class: 'when' }, h('time', { dateTime: entry.at, title: inFull(entry.at) }, timeOfDay(entry.at)),
            index > 0 && h('span', null, step(entries[index - 1].at, entry.at)))))),
    !isSettled(command) &&
      h('li', { class: 'waiting' }, h('span', { class: 'step waiting' }, h('i', null)),
        h('div', null, h('p', null, waiting(command, stale)),
          h('p', { class: 'when' }, left(command, now)))));
};

function waiting({ state }, stale) {
  if (stale) return 'Not followed while the connection is lost';
  return state === 'queued' ? 'Waiting for the device' : 'Waiting for the device’s answer';
}

function notes({ epoch, attempt, reason, evidence }) {
  return [
    attempt !== undefined && `attempt ${attempt}`,
    epoch !== undefined && `epoch ${epoch}`,
    evidence && (evidence === 'reconnected' ? 'shown by its reconnect' : evidence),
    reason,
  ].filter(Boolean).map(String);
}

function left(command, now) {
  const ms = Date.parse(command.expiresAt) - now;
  return ms > 0 ? `expires in ${duration(ms)}` : 'expiring';
}

const facts = (command, now) =>
  h('dl', { class: 'small-facts' },
    h('dt', null, 'By'), h('dd', null, command.requestedBy ?? '–'),
    h('dt', null, 'Id'), h('dd', null, h('code', null, command.id)),
    command.expiresAt && [h('dt', null, 'Expiry'), h('dd', { title: inFull(command.expiresAt) }, moment(command.expiresAt, now))],
    command.payload !== undefined && [h('dt', null, 'Payload'), h('dd', null, h('pre', null, JSON.stringify(command.payload, null, 2)))]);
