package io.muster.actors;

/** Marks what may cross from node to node; it travels as CBOR. */
public interface Wire {}
