/** The kinds of rooms that everybody has; a jar on the class path may bring others. */
package io.muster.actors.room.type;
