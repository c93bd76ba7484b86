package dev.tfbertedge.core

import kotlin.math.abs

/** An answer of a model; the task decides which kind. */
sealed class Result {
    /** The answer in plain JSON values, with the names that `golden.jsonl` has. */
    abstract fun toJson(): Map<String, Any?>

    /** Whether [other], an answer of the same task to the same text, decides alike, as Python counts agreement. */
    internal abstract fun sameDecision(other: Result, manifest: Manifest): Boolean
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

    override fun sameDecision(other: Result, manifest: Manifest): Boolean =
        other is ClassificationResult && other.label == label
}

/** The value that the model gives. */
data class RegressionResult(val value: Float) : Result() {
    override fun toJson(): Map<String, Any?> = mapOf("value" to value)

    /** At most [AGREEMENT_SHARE] of the range apart. */
    override fun sameDecision(other: Result, manifest: Manifest): Boolean {
        val (lowest, highest) = manifest.valueRange ?: return other == this
        return other is RegressionResult && abs(other.value - value) <= AGREEMENT_SHARE * (highest - lowest)
    }

    private companion object {
        const val AGREEMENT_SHARE = 0.05
    }
}
