package dev.tfbertedge.core

import java.math.BigDecimal
import java.math.RoundingMode
import kotlin.math.round
import kotlin.math.sqrt

/** A text as a vector of length 1; a pair is two rows, of which the cosine is told. Longer texts are cut. */
internal class EmbeddingReader(manifest: Manifest) : Reader(manifest) {
    override val outputs: List<String> = listOf("embedding")

    override fun width(name: String): Int? = null

    override fun rows(text: String, pair: String?, tokenizer: Tokenizer): List<Encoding> =
        listOfNotNull(text, pair).map { tokenizer.encode(it, maxLength = manifest.sequenceLength) }

    override fun answer(
        text: String,
        pair: String?,
        rows: List<Encoding>,
        outputs: List<RowOutputs>,
        topK: Int?,
    ): EmbeddingResult {
        val vectors = outputs.map { normalized(it[0]) }
        val similarity = if (vectors.size < 2) {
            null
        } else {
            val cosine = vectors[0].indices.sumOf { vectors[0][it] * vectors[1][it] }
            BigDecimal(cosine).setScale(DIGITS, RoundingMode.HALF_EVEN).toDouble()
        }
        return EmbeddingResult(rounded(vectors[0]), vectors.getOrNull(1)?.let(::rounded), similarity)
    }

    private fun normalized(vector: FloatArray): DoubleArray {
        val length = sqrt(vector.sumOf { it.toDouble() * it })
        return DoubleArray(vector.size) { if (length > 0.0) vector[it] / length else 0.0 }
    }

    private fun rounded(vector: DoubleArray): List<Double> = vector.map { round(it * 1e6) / 1e6 }

    private companion object {
        const val DIGITS = 6
    }
}
