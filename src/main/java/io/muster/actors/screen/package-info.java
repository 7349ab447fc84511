/** Pictures of what screens show: asked for, taken in, checked, kept and told. */
package io.muster.actors.screen;
