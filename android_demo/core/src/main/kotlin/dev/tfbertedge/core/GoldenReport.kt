package dev.tfbertedge.core

import kotlin.math.abs

/**
 * What a platform makes of the golden texts of a bundle.
 *
 * @property rows how many there are.
 * @property idDifferences rows whose ids, segment ids or mask come out otherwise; must be 0 anywhere.
 * @property answerDifferences rows whose stored outputs are decoded otherwise; must be 0 anywhere.
 * @property differences rows decided otherwise from text to answer. Fast kernels round otherwise than the reference kernels
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
            for ((index, row) in rows.withIndex()) {
                progress(index, rows.size)
                val prediction = predictor.predict(row.text, row.pair)
                if (!sameInputs(prediction, row)) ids++
                val golden = predictor.decode(row.outputs)
                if (Json.parse(Json.write(golden.toJson())) != row.answer) answers++
                if (!golden.sameDecision(prediction.result, predictor.manifest)) decisions++
                found.add(prediction.raw[0].dequantize(predictor.manifest.outputs[0]))
            }
            progress(rows.size, rows.size)
            val tensor = predictor.manifest.outputs[0]
            val golden = rows.map { it.outputs[0].dequantize(tensor) }
            val allowed = maxOf(TOLERANCE * spread(golden), STEPS * tensor.scale.toDouble())
            return GoldenReport(rows.size, ids, answers, decisions, meanDifference(found, golden), allowed)
        }

        private fun sameInputs(prediction: Prediction, row: GoldenRow): Boolean =
            prediction.ids.contentEquals(row.ids) &&
                prediction.segmentIds.contentEquals(row.segmentIds) &&
                prediction.mask.contentEquals(row.mask)

        /** The mean distance of outputs from their mean over all rows. */
        private fun spread(outputs: List<FloatArray>): Double {
            val means = FloatArray(outputs[0].size) { place -> outputs.map { it[place] }.average().toFloat() }
            return meanDifference(outputs, List(outputs.size) { means })
        }

        private fun meanDifference(one: List<FloatArray>, other: List<FloatArray>): Double {
            var sum = 0.0
            for (row in one.indices) for (place in one[row].indices) sum += abs(one[row][place].toDouble() - other[row][place])
            return sum / (one.size * one[0].size)
        }
    }
}
