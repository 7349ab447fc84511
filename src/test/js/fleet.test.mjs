import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSettled, merge } from '../../main/resources/web/commands.js';
import { Fleet } from '../../main/resources/web/fleet.js';
import { ago, duration, step } from '../../main/resources/web/words.js';

const device = (id, more = {}) => ({
  id, name: id, tags: [], status: 'online', statusSince: '2026-03-01T08:00:00.000Z', disabled: false, pendingCommands: 0, epoch: 1, seq: 1, ...more,
});
const ALL = { status: new Set(), tag: '', text: '', only: '', sort: 'name', reverse: false };
const ids = (fleet, asked = {}) => fleet.view({ ...ALL, ...asked }).map(({ id }) => id);
const knowing = (...devices) => {
  const fleet = new Fleet();
  fleet.picture({ devices, complete: true });
  return fleet;
};

describe('a picture', () => {
  it('is shown when it is complete, not before', () => {
    const fleet = knowing(device('old'));
    fleet.beginPicture();
    fleet.picture({ devices: [device('a')], complete: false });
    assert.deepEqual(ids(fleet), ['old']);
    fleet.picture({ devices: [device('b')], complete: true });
    assert.deepEqual(ids(fleet), ['a', 'b']);
  });

  it('does not undo a change that has overtaken it', () => {
    const fleet = new Fleet();
    fleet.beginPicture();
    fleet.change(device('a', { status: 'offline', seq: 9 }));
    fleet.picture({ devices: [device('a', { seq: 8 })], complete: true });
    assert.equal(fleet.get('a').status, 'offline');
  });

  it('keeps a change that came between its parts', () => {
    const fleet = knowing(device('a'));
    fleet.beginPicture();
    fleet.picture({ devices: [device('a', { seq: 2 })], complete: false });
    fleet.change(device('a', { seq: 3, status: 'reconnecting' }));
    fleet.picture({ devices: [], complete: true });
    assert.equal(fleet.get('a').status, 'reconnecting');
  });
});

describe('a change', () => {
  it('of an older epoch is ignored, whatever its number', () => {
    const fleet = knowing(device('a', { epoch: 3, seq: 10 }));
    fleet.change(device('a', { epoch: 2, seq: 99, status: 'offline' }));
    assert.equal(fleet.get('a').status, 'online');
  });

  it('brings a device that was not in the picture', () => {
    const fleet = knowing();
    fleet.change(device('new'));
    assert.deepEqual(ids(fleet), ['new']);
  });

  it('that retires a device takes it out of the list for good', () => {
    const fleet = knowing(device('a'));
    fleet.change(device('a', { retired: true, seq: 5 }));
    fleet.change(device('a', { seq: 4 }));
    assert.deepEqual(ids(fleet), []);
    assert.equal(fleet.summary().counts.total, 0);
  });

  it('does not blank the hints it leaves out', () => {
    const fleet = knowing(device('a', { appVersion: '2.4.1' }));
    fleet.change(device('a', { seq: 2 }));
    assert.equal(fleet.get('a').appVersion, '2.4.1');
  });
});

describe('a sample', () => {
  it('fills in hints and never makes a device of them', () => {
    const fleet = knowing(device('a'));
    fleet.sample([{ id: 'a', lastSeen: '2026-03-01T08:00:10.000Z', load: { cpu: 3 } }, { id: 'ghost', lastSeen: '2026-03-01T08:00:10.000Z' }]);
    assert.equal(fleet.get('a').load.cpu, 3);
    assert.deepEqual(ids(fleet), ['a']);
  });

  it('from before what is shown is ignored', () => {
    const fleet = knowing(device('a', { lastSeen: '2026-03-01T08:00:20.000Z' }));
    fleet.sample([{ id: 'a', lastSeen: '2026-03-01T08:00:10.000Z', load: { cpu: 3 } }]);
    assert.equal(fleet.get('a').load, undefined);
  });
});

describe('a view', () => {
  const fleet = knowing(
    device('tv-10', { name: 'Lobby 10', tags: ['berlin'], status: 'offline' }),
    device('tv-9', { name: 'Lobby 9', tags: ['lyon', '4k'] }),
    device('tv-1', { name: 'Gate', pendingCommands: 2, disabled: true }));

  it('counts as people count', () => assert.deepEqual(ids(fleet), ['tv-1', 'tv-9', 'tv-10']));
  it('puts the worst first when sorted by status', () => assert.equal(ids(fleet, { sort: 'status' })[0], 'tv-10'));
  it('finds all words, in any letter case', () => assert.deepEqual(ids(fleet, { text: 'LOBBY 4k' }), ['tv-9']));
  it('narrows by status, tag and condition', () => {
    assert.deepEqual(ids(fleet, { status: new Set(['offline']) }), ['tv-10']);
    assert.deepEqual(ids(fleet, { tag: 'lyon' }), ['tv-9']);
    assert.deepEqual(ids(fleet, { only: 'disabled' }), ['tv-1']);
  });
  it('follows a new name', () => {
    const renamed = knowing(device('a'), device('b'));
    ids(renamed);
    renamed.change(device('a', { name: 'z', seq: 2 }));
    assert.deepEqual(ids(renamed), ['b', 'a']);
  });
});

describe('a command', () => {
  const at = (s) => `2026-03-01T08:00:0${s}.000Z`;
  const queued = { id: 'c', state: 'queued', timeline: [{ state: 'queued', at: at(1) }] };
  const sent = { ...queued, state: 'sent', timeline: [...queued.timeline, { state: 'sent', at: at(2) }] };

  it('does not go back when an older answer arrives late', () => assert.equal(merge(merge([], [sent]), [queued])[0].state, 'sent'));
  it('is settled when it was sent to a device that cannot acknowledge', () => {
    assert.equal(isSettled(sent), false);
    assert.equal(isSettled({ ...sent, timeline: [...sent.timeline, { state: 'sent', at: at(2), reason: 'unconfirmed' }] }), true);
  });
  it('is counted while it is pending', () => {
    const fleet = knowing(device('a'));
    fleet.commandMoved({ ...queued, deviceId: 'a' }, false);
    fleet.commandMoved({ ...sent, deviceId: 'a' }, false);
    assert.equal(fleet.get('a').pendingCommands, 1);
    fleet.commandMoved({ ...sent, deviceId: 'a' }, true);
    assert.equal(fleet.get('a').pendingCommands, 0);
  });
});

describe('words', () => {
  it('for a time say two units at most', () => {
    assert.equal(duration(3 * 3_600_000 + 12 * 60_000 + 5_000), '3 h 12 min');
    assert.equal(duration(45_900), '45 s');
    assert.equal(duration(0), '0 s');
  });
  it('never say that something was seen in the future', () => assert.equal(ago('2026-03-01T08:00:10.000Z', Date.parse('2026-03-01T08:00:00.000Z')), 'now'));
  it('for a step are as fine as it is short', () => {
    assert.equal(step('2026-03-01T08:00:00.000Z', '2026-03-01T08:00:00.018Z'), '+18 ms');
    assert.equal(step('2026-03-01T08:00:00.000Z', '2026-03-01T08:00:03.100Z'), '+3.1 s');
  });
});
