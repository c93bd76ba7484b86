package dev.tfbertedge.core

/**
 * What the labelled examples and the golden texts of a bundle gave on this platform.
 *
 * @property metrics by the names that the bundle's figures have.
 * @property inference durations of the model alone; [tokenizing] of text to ids, [decoding] of outputs to answer.
 */
data class ValidationReport(
    val examples: Int,
    val metrics: Map<String, Double>,
    val golden: GoldenReport,
    val inference: LatencyPercentiles,
    val tokenizing: LatencyPercentiles,
    val decoding: LatencyPercentiles,
) {
    /** Plain JSON values, with the names that `tfbert-edge device validate` reads. */
    fun toJson(): Map<String, Any?> = mapOf(
        "examples" to examples,
        "metrics" to metrics,
        "golden" to golden.toJson(),
        "latency_ms" to inference.toJson(),
        "tokenize_ms" to tokenizing.toJson(),
        "decode_ms" to decoding.toJson(),
    )
}

/** Runs all that a bundle carries for measuring: golden texts, then labelled examples. */
class Validation(private val bundle: Bundle, private val predictor: Predictor) {
    private val examples: List<EvalExample> = EvalExample.read(bundle)
    private val rows: Int = bundle.lines("golden.jsonl").size

    /** How many texts will be run. */
    val total: Int = rows + examples.size

    /**
     * Runs everything once, in order, on the calling thread.
     *
     * @param progress called before each text with the number of texts done and of [total]; it may throw to cancel.
     * @throws BundleException no labelled examples, or labels that the bundle does not have.
     */
    fun run(progress: (Int, Int) -> Unit = { _, _ -> }): ValidationReport {
        if (examples.isEmpty()) {
            throw BundleException("the bundle has no ${EvalExample.FILE_NAME}. Bundle with bundle.eval_examples above 0.")
        }
        val scoring = Scoring.of(predictor.manifest)
        val golden = GoldenReport.of(bundle, predictor) { done, _ -> progress(done, total) }
        val times = Array(3) { LongArray(examples.size) }
        for ((index, example) in examples.withIndex()) {
            progress(rows + index, total)
            val prediction = predictor.predict(example.text, example.pair)
            times[0][index] = prediction.inferenceNanos
            times[1][index] = prediction.tokenizeNanos
            times[2][index] = prediction.decodeNanos
            scoring.add(example, prediction.result)
        }
        progress(total, total)
        return ValidationReport(
            examples = examples.size,
            metrics = scoring.metrics(),
            golden = golden,
            inference = LatencyPercentiles.of(times[0]),
            tokenizing = LatencyPercentiles.of(times[1]),
            decoding = LatencyPercentiles.of(times[2]),
        )
    }
}
