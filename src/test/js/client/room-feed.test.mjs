import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RoomFeed } from '../../../main/resources/web/client/room-feed.js';

const event = (eventId, prevEventId, more = {}) => ({ meta: { eventId, prevEventId, ...more } });
const ids = ({ events }) => events.map(({ meta }) => meta.eventId);

/** A feed that has seen 1, and 4 after a hole. */
function holed() {
  const feed = new RoomFeed();
  feed.take(event('1'));
  return { feed, ...feed.take(event('4', '3')) };
}

describe('a feed', () => {
  it('asks for what follows the last event that was told', () => assert.equal(holed().replayFrom, '1'));

  it('holds back what comes until the hole is filled', () => {
    const { feed } = holed();
    assert.deepEqual(ids(feed.take(event('5', '4'))), []);
    assert.deepEqual(ids(feed.take(event('3', '1', { replay: true }))), ['3']);
    assert.deepEqual(ids(feed.complete('3')), ['4', '5']);
  });

  it('does not tell twice what was both held back and replayed', () => {
    const { feed } = holed();
    feed.take(event('3', '1', { replay: true }));
    feed.take(event('4', '3', { replay: true }));
    assert.deepEqual(ids(feed.complete('4')), []);
  });

  it('is lost when a replay has not filled the hole', () => {
    const { feed } = holed();
    const told = feed.complete('2');
    assert.deepEqual([ids(told), told.lost], [['4'], true]);
  });

  it('does not give up one hole for another', () => {
    const { feed, hole } = holed();
    feed.complete('4');
    const second = feed.take(event('9', '8'));
    assert.equal(feed.giveUp(hole).lost, false);
    assert.deepEqual(ids(feed.giveUp(second.hole)), ['9']);
  });

  it('holds nothing back for the next connection, which asks again', () => {
    const { feed } = holed();
    feed.disconnected();
    assert.equal(feed.last, '1');
    assert.deepEqual(ids(feed.take(event('2', '1', { replay: true }))), ['2']);
    assert.deepEqual(ids(feed.take(event('3', '2'))), ['3']);
  });

  it('sees no hole where a view shows less than the room has', () => {
    const feed = new RoomFeed();
    feed.startAt('5');
    assert.deepEqual(ids(feed.take(event('6', '2'))), ['6']);
  });

  it('starts once, and never behind what it has seen', () => {
    const feed = new RoomFeed();
    feed.take(event('3'));
    feed.startAt('1');
    feed.startAt('9');
    assert.equal(feed.last, '3');
  });

  it('tells what is left after a reset, although it is older, and once', () => {
    const feed = new RoomFeed();
    feed.take(event('3'));
    assert.equal(feed.reset('3').lost, true);
    assert.deepEqual(['2', '2', '3'].flatMap((id) => ids(feed.take(event(id, undefined, { replay: true })))), ['2', '3']);
    assert.deepEqual(ids(feed.take(event('3'))), []);
  });
});
