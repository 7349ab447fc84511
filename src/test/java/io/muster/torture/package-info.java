/**
 * Three real nodes on a real database, with devices, dashboards and operators that speak the public
 * protocol, and faults from a seed. What clients saw is written down and checked afterwards.
 */
package io.muster.torture;
