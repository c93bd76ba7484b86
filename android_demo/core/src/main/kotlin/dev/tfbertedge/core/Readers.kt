package dev.tfbertedge.core

private val READERS: Map<String, (Manifest) -> Reader> = linkedMapOf(
    "classification" to ::ClassificationReader,
    "embedding" to ::EmbeddingReader,
    "intent_slots" to ::IntentSlotsReader,
    "multi_label" to ::MultiLabelReader,
    "question_answering" to ::QuestionAnsweringReader,
    "regression" to ::RegressionReader,
    "summarization" to ::SummarizationReader,
    "token_classification" to ::TokenClassificationReader,
)

/** The tasks that are decoded here, as manifests name them. */
val TASKS: List<String> = READERS.keys.toList()

internal fun reader(manifest: Manifest): Reader = READERS.getValue(manifest.task)(manifest)

/** One label for a text or a pair, from the labels' probabilities. */
internal class ClassificationReader(manifest: Manifest) : Reader(manifest) {
    override fun answer(text: String, pair: String?, rows: List<Encoding>, outputs: List<RowOutputs>, topK: Int?): Result {
        val scores = labelScores(outputs[0][0], manifest.labels, topK)
        return ClassificationResult(scores[0].label, scores[0].score, scores)
    }
}

/** A number for a text or a pair. */
internal class RegressionReader(manifest: Manifest) : Reader(manifest) {
    override fun width(name: String): Int = 1

    override fun answer(text: String, pair: String?, rows: List<Encoding>, outputs: List<RowOutputs>, topK: Int?): Result =
        RegressionResult(outputs[0][0][0])
}

/** The labels whose probability, as a double, is at least `settings.thresholds[label]`; 0.5 where there is none. */
internal class MultiLabelReader(manifest: Manifest) : Reader(manifest) {
    private val thresholds: Map<String, Double> = thresholdsOf(manifest)

    override fun answer(text: String, pair: String?, rows: List<Encoding>, outputs: List<RowOutputs>, topK: Int?): Result {
        val all = labelScores(outputs[0][0], manifest.labels)
        val chosen = all.filter { it.score.toDouble() >= (thresholds[it.label] ?: DEFAULT_THRESHOLD) }
        return MultiLabelResult(chosen.map { it.label }, all.take(topK ?: all.size))
    }

    private companion object {
        const val DEFAULT_THRESHOLD = 0.5
    }
}

internal fun settingsOf(manifest: Manifest): Fields = Fields(manifest.settings, "settings")

/** `settings.thresholds`, without those that are null. */
internal fun thresholdsOf(manifest: Manifest): Map<String, Double> {
    val thresholds = settingsOf(manifest)["thresholds"] ?: return emptyMap()
    if (thresholds !is Map<*, *>) throw damaged("settings.thresholds must be a JSON object")
    return thresholds.entries.filter { it.value != null }
        .associate { (name, value) -> name.toString() to number(value, "settings.thresholds.$name") }
}

/**
 * Pairs probabilities with labels, the likeliest first; of equals, the first in [labels] comes first.
 *
 * @param topK how many to return; null for all.
 */
internal fun labelScores(probabilities: FloatArray, labels: List<String>, topK: Int? = null): List<LabelScore> {
    require(probabilities.size == labels.size) { "${probabilities.size} probabilities are not of ${labels.size} labels." }
    require(topK == null || topK >= 1) { "topK must be at least 1, it was $topK." }
    val order = labels.indices.sortedWith { one, other -> likelierFirst(probabilities[one], probabilities[other]) }
    return order.take(topK ?: order.size).map { LabelScore(labels[it], probabilities[it]) }
}

// By value: Float.compareTo would part 0.0 from -0.0. What is no number comes last.
private fun likelierFirst(one: Float, other: Float): Int = when {
    one > other -> -1
    one < other -> 1
    else -> one.isNaN().compareTo(other.isNaN())
}
