package dev.tfbertedge.demo

import dev.tfbertedge.core.EdgeModel
import dev.tfbertedge.core.Manifest
import java.nio.ByteBuffer

/** What runs models. LiteRT in the app; tests on the JVM, where its libraries are not, put another in its place. */
interface ModelRuntime {
    /** Its version, for reports. */
    fun version(): String

    /** Loads a model file that is mapped into memory; see [LiteRtModel]. */
    fun load(model: ByteBuffer, manifest: Manifest, threads: Int): EdgeModel
}
