/**
 * Documents that several edit at once: how updates are framed, and what can be done with them
 * without a document. Pure.
 */
package io.muster.actors.document;
