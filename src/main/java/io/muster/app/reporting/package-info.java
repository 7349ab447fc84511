/** What of the log leaves this machine, and in which state. */
package io.muster.app.reporting;
