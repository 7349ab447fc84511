/** What devices shall show: where it comes from, how it is numbered, how it is put on the wire. */
package io.muster.actors.content;
