package dev.tfbertedge.core

import kotlin.math.abs

/**
 * What a platform makes of the golden texts of a bundle.
 *
 * @property rows how many there are.
 * @property idDifferences texts whose ids, segment ids or masks come out otherwise; must be 0 anywhere.
 * @property answerDifferences texts whose stored outputs are decoded otherwise; must be 0 anywhere.
 * @property differences texts decided otherwise from text to answer. Fast kernels round otherwise than the reference kernels
 *   that made the golden outputs, so that a few close decisions may differ.
 * @property meanDifference of all real outputs against the golden ones; [allowedDifference] is what a kernel set may have
 *   that runs the model right, by the rule of Python's `kernels_that_run`: a tenth of what outputs differ between texts, or
 *   two quantization steps.
 */
data class GoldenReport(
    val rows: Int,
    val idDifferences: Int,
    val answerDifferences: Int,
    val differences: Int,
    val meanDifference: Double,
    val allowedDifference: Double,
) {
    /** Whether tokenizing and decoding are exact, and the kernels compute the model and not garbage. */
    val passed: Boolean get() = idDifferences == 0 && answerDifferences == 0 && meanDifference <= allowedDifference

    /** Plain JSON values. */
    fun toJson(): Map<String, Any?> = mapOf(
        "rows" to rows,
        "id_differences" to idDifferences,
        "answer_differences" to answerDifferences,
        "differences" to differences,
        "mean_difference" to meanDifference,
        "allowed_difference" to allowedDifference,
    )

    companion object {
        private const val TOLERANCE = 0.1
        private const val STEPS = 2
        private const val ROUNDING = 1.1e-6

        /**
         * Runs every golden text.
         *
         * @param progress called before each row with the number of rows done and of all; it may throw to cancel.
         */
        fun of(bundle: Bundle, predictor: Predictor, progress: (Int, Int) -> Unit = { _, _ -> }): GoldenReport {
            val rows = GoldenRow.read(bundle).toList()
            if (rows.isEmpty()) throw BundleException("golden.jsonl has no row. Get the bundle again.")
            var ids = 0
            var answers = 0
            var decisions = 0
            val found = ArrayList<FloatArray>(rows.size)
            val wanted = ArrayList<FloatArray>(rows.size)
            for ((index, row) in rows.withIndex()) {
                progress(index, rows.size)
                val prediction = predictor.predict(row.text, row.pair)
                if (!sameInputs(prediction.rows, row.rows)) ids++
                if (prediction.rows.size != row.rows.size) continue
                val golden = predictor.decode(row.text, row.pair, row.rows.map { it.raw })
                if (!alike(Json.parse(Json.write(golden.toJson())), row.answer)) answers++
                if (!golden.sameDecision(prediction.result, predictor.manifest)) decisions++
                found += prediction.rows.map { values(it, predictor.manifest) }
                wanted += row.rows.map { values(it, predictor.manifest) }
            }
            progress(rows.size, rows.size)
            val steps = STEPS * predictor.manifest.outputs.maxOf { it.scale.toDouble() }
            val allowed = maxOf(TOLERANCE * spread(wanted), steps)
            return GoldenReport(rows.size, ids, answers, decisions, meanDifference(found, wanted), allowed)
        }

        private fun sameInputs(found: List<PredictedRow>, golden: List<PredictedRow>): Boolean =
            found.size == golden.size && found.zip(golden).all { (one, other) ->
                one.ids.contentEquals(other.ids) &&
                    one.segmentIds.contentEquals(other.segmentIds) &&
                    one.mask.contentEquals(other.mask)
            }

        /** Equal, but for the sixth decimal, to which Python rounds what platforms add up in another order. */
        private fun alike(one: Any?, other: Any?): Boolean = when (one) {
            is Map<*, *> -> other is Map<*, *> && one.keys == other.keys && one.all { (key, item) -> alike(item, other[key]) }
            is List<*> -> other is List<*> && one.size == other.size && one.zip(other).all { (item, its) -> alike(item, its) }
            is Double -> other is Double && abs(one - other) <= ROUNDING
            else -> one == other
        }

        /** All real outputs of a row, one tensor after the other. */
        private fun values(row: PredictedRow, manifest: Manifest): FloatArray =
            row.raw.zip(manifest.outputs) { raw, tensor -> raw.dequantize(tensor) }.fold(FloatArray(0), FloatArray::plus)

        /** The mean distance of outputs from their mean over all rows. */
        private fun spread(outputs: List<FloatArray>): Double {
            if (outputs.isEmpty()) return 0.0
            val means = FloatArray(outputs[0].size) { place -> outputs.map { it[place] }.average().toFloat() }
            return meanDifference(outputs, List(outputs.size) { means })
        }

        private fun meanDifference(one: List<FloatArray>, other: List<FloatArray>): Double {
            if (one.isEmpty()) return 0.0
            var sum = 0.0
            for (row in one.indices) for (place in one[row].indices) sum += abs(one[row][place].toDouble() - other[row][place])
            return sum / (one.size * one[0].size)
        }
    }
}
