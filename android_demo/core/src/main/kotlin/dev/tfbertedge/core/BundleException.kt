package dev.tfbertedge.core

/** A bundle that cannot be used; the message says what is wrong with it and what to do. */
class BundleException(message: String, cause: Throwable? = null) : Exception(message, cause)
