package dev.tfbertedge.core

/** The tasks that are decoded here, as manifests name them. */
val TASKS: List<String> = listOf("classification", "regression")

/** From dequantized outputs to answers, with the numbers that Python's decoders give. */
object Decoders {
    /**
     * Pairs probabilities with labels, the likeliest first; of equals, the first in [labels] comes first.
     *
     * @param topK how many to return; null for all.
     * @throws BundleException as many probabilities as labels are needed.
     */
    fun labelScores(probabilities: FloatArray, labels: List<String>, topK: Int? = null): List<LabelScore> {
        if (probabilities.size != labels.size) {
            throw BundleException("the model gives ${probabilities.size} probabilities, but there are ${labels.size} labels.")
        }
        require(topK == null || topK >= 1) { "topK must be at least 1, it was $topK." }
        val order = labels.indices.sortedWith { one, other -> likelierFirst(probabilities[one], probabilities[other]) }
        return order.take(topK ?: order.size).map { LabelScore(labels[it], probabilities[it]) }
    }

    /** Decides for the likeliest label; see [labelScores]. */
    fun classification(probabilities: FloatArray, labels: List<String>, topK: Int? = null): ClassificationResult {
        val scores = labelScores(probabilities, labels, topK)
        if (scores.isEmpty()) throw BundleException("a classification needs labels; the bundle has none.")
        return ClassificationResult(scores[0].label, scores[0].score, scores)
    }

    /** @throws BundleException more or fewer than one number. */
    fun regression(outputs: FloatArray): RegressionResult {
        if (outputs.size != 1) throw BundleException("a regression model must give 1 number, it gave ${outputs.size}.")
        return RegressionResult(outputs[0])
    }

    // By value: Float.compareTo would part 0.0 from -0.0. What is no number comes last.
    private fun likelierFirst(one: Float, other: Float): Int = when {
        one > other -> -1
        one < other -> 1
        else -> one.isNaN().compareTo(other.isNaN())
    }
}
