// One place knows where the view library is; a test holds this path against the dependency.
export {
  Component,
  createRef,
  h,
  render,
} from '../webjars/preact/10.28.0/dist/preact.module.js';
