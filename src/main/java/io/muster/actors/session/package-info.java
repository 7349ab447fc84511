/**
 * Sessions of users: who is signed in here, and whose session is over although its token has not
 * expired.
 */
package io.muster.actors.session;
