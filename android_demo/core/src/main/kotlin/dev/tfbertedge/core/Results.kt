package dev.tfbertedge.core

/** An answer of a model; the task decides which kind. */
sealed class Result {
    /** The answer in plain JSON values, with the names that `golden.jsonl` has. */
    abstract fun toJson(): Map<String, Any?>
}

/** A label and its probability. */
data class LabelScore(val label: String, val score: Float)

/** The label decided for, its probability, and the first labels, the likeliest first. */
data class ClassificationResult(val label: String, val score: Float, val scores: List<LabelScore>) : Result() {
    override fun toJson(): Map<String, Any?> = mapOf(
        "label" to label,
        "score" to score,
        "scores" to scores.map { mapOf("label" to it.label, "score" to it.score) },
    )
}

/** The value that the model gives. */
data class RegressionResult(val value: Float) : Result() {
    override fun toJson(): Map<String, Any?> = mapOf("value" to value)
}
