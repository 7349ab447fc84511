import { h } from '../preact.js';

const svg = (size, ...children) =>
  h('svg', { class: 'icon', width: size, height: size, viewBox: '0 0 16 16', fill: 'none', stroke: 'currentColor',
    'stroke-width': 1.6, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true' }, children);
const line = (d) => h('path', { d });

export const search = () => svg(16, h('circle', { cx: 7, cy: 7, r: 4.2 }), line('M10.2 10.2 13.6 13.6'));
export const close = () => svg(16, line('M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4'));
export const pencil = () => svg(14, line('M3 13l.6-2.8L10.9 2.9a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7L5.8 12.4z'));
export const plus = () => svg(14, line('M8 3.2v9.6M3.2 8h9.6'));
export const copy = () => svg(14, h('rect', { x: 5.5, y: 5.5, width: 8, height: 8, rx: 1.5 }), line('M10.5 5.5v-1.500a1.5 1.5 0 0 0-1.5-1.500h-5a1.5 1.5 0 0 0-1.5 1.500v5a1.5 1.5 0 0 0 1.5 1.500h1.5'));
export const check = () => svg(14, line('M3 8.5 6.5 12 13 4.5'));
export const send = () => svg(14, line('M2.5 8h10M8.5 3.8 12.7 8l-4.2 4.2'));
export const chevron = (open) => h('span', { class: open ? 'chevron open' : 'chevron' }, svg(12, line('M6 3.5 10.5 8 6 12.5')));
export const out = () => svg(15, line('M9.5 2.500h-6v11h6M7 8h7M11.5 5.2 14.3 8l-2.8 2.8'));
export const barred = () => svg(14, h('circle', { cx: 8, cy: 8, r: 5.5 }), line('M4.2 11.8 11.8 4.2'));
export const warning = () => svg(16, line('M8 2.2 14.6 13.600H1.400zM8 6.500v3.200M8 11.700v.1'));
export const sorted = (down) => svg(10, line(down ? 'M3 5.5l5 5 5-5' : 'M3 10.5l5-5 5 5'));

/** Shape and colour both tell the status, so that nobody depends on colour alone. */
export const status = (name) => h('span', { class: `glyph ${name}` }, GLYPHS[name]?.() ?? GLYPHS['never-seen']());

const glyph = (...children) => h('svg', { width: 12, height: 12, viewBox: '0 0 12 12', 'aria-hidden': 'true' }, children);
const ring = (more) => h('circle', { cx: 6, cy: 6, r: 4.2, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, ...more });
const GLYPHS = {
  online: () => glyph(h('circle', { cx: 6, cy: 6, r: 4.8, fill: 'currentColor' })),
  reconnecting: () => glyph(ring({ opacity: 0.3 }), ring({ 'stroke-dasharray': '13.2 13.2', 'stroke-linecap': 'round', transform: 'rotate(-90 6 6)' })),
  offline: () => glyph(h('path', { d: 'M2.2 2.2 9.8 9.800M9.8 2.2 2.2 9.8', stroke: 'currentColor', 'stroke-width': 2.1, 'stroke-linecap': 'round' })),
  'never-seen': () => glyph(ring({ 'stroke-dasharray': '2 2.4', 'stroke-width': 1.5 })),
};

export const mark = () =>
  h('svg', { class: 'mark', width: 22, height: 22, viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    h('rect', { width: 24, height: 24, rx: 5.5, fill: 'var(--accent)' }),
    [7, 12, 17].flatMap((y, row) => [7, 12, 17].map((x, column) =>
      h('circle', { cx: x, cy: y, r: 2, fill: '#fff', opacity: row === 2 && column < 3 && !(row + column < 3) ? 0.45 : 1 }))));

/** What became of a command, as a dot on its timeline. */
export const step = (state) => h('span', { class: `step ${state}` }, svg(10, line(STEPS[state] ?? STEPS.queued)));
const STEPS = {
  queued: 'M8 3.6V8.6L11.4 10.4',
  sent: 'M8 13V3.500M3.8 7.5 8 3.300l4.2 4.2',
  acknowledged: 'M3 8.5 6.5 12 13 4.5',
  failed: 'M3.8 3.800l8.4 8.400M12.2 3.800l-8.4 8.4',
  unsupported: 'M5.5 5.500a2.6 2.6 0 1 1 3.7 2.600C8.3 8.6 8 9 8 10M8 13v.1',
  expired: 'M4 2.500h8M4 13.500h8M5 2.500c0 3 6 3.5 6 11M11 2.500c0 3-6 3.5-6 11',
  superseded: 'M3 5l5 5 5-5',
  cancelled: 'M3.5 8h9',
};
