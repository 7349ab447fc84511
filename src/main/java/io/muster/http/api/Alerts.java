package io.muster.http.api;

import io.muster.actors.notify.GraceRulebook;
import io.muster.actors.notify.Notifications;
import io.muster.actors.notify.OutageBook;

/** What the routes about outages speak to. */
public record Alerts(OutageBook outages, Notifications notifications, GraceRulebook rules) {}
