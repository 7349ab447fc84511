import { h } from '../preact.js';

const HIGH = 70;
const VERY_HIGH = 90;

/** A share of 100; a value that was never reported is not drawn as nought. */
export function bar(label, percent) {
  if (typeof percent !== 'number') return h('span', { class: 'bar unknown', title: `${label}: not reported` }, '–');
  const value = Math.round(Math.min(100, Math.max(0, percent)));
  const level = value >= VERY_HIGH ? 'very-high' : value >= HIGH ? 'high' : '';
  return h('span', { class: 'bar', role: 'img', 'aria-label': `${label} ${value} %`, title: `${label} ${value} %` },
    h('span', { class: 'track' }, h('i', { class: level, style: { width: `${value}%` } })),
    h('span', { class: 'value' }, `${value}%`));
}
