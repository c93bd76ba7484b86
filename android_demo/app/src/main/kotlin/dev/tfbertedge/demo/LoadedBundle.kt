package dev.tfbertedge.demo

import dev.tfbertedge.core.Bundle
import dev.tfbertedge.core.EdgeModel
import dev.tfbertedge.core.GoldenRow
import dev.tfbertedge.core.Predictor
import java.io.Closeable
import java.nio.ByteBuffer

/**
 * A verified bundle whose model is mapped into memory. For the background thread alone.
 *
 * @property name how the report calls it.
 * @property manifestSha256 tells bundles apart whose files are not at hand.
 */
class LoadedBundle(
    val name: String,
    val bundle: Bundle,
    val manifestSha256: String,
    private val mapped: ByteBuffer,
    private val runtime: ModelRuntime,
) : Closeable {
    private var model: EdgeModel? = null
    private var predictor: Predictor? = null
    private var threads = 0

    /** Whether the task takes two texts; where it takes either, as many as the golden texts have. */
    var takesPairs: Boolean = false
        private set

    /** Its model card. */
    val card: String = bundle.lines("README.md").joinToString("\n")

    /** How many word pieces the vocabulary has. */
    val pieces: Int = bundle.lines("vocab.txt").size

    /** The model for this number of threads; the one that is there, if it was made for as many. */
    fun predictor(threads: Int): Predictor {
        predictor?.takeIf { this.threads == threads }?.let { return it }
        close()
        val loaded = runtime.load(mapped, bundle.manifest, threads)
        model = loaded
        this.threads = threads
        val made = Predictor(bundle, loaded)
        takesPairs = made.paired ?: (GoldenRow.read(bundle).firstOrNull()?.pair != null)
        predictor = made
        return made
    }

    override fun close() {
        predictor = null
        model?.close()
        model = null
    }
}
