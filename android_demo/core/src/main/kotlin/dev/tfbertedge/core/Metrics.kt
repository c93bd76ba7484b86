package dev.tfbertedge.core

import kotlin.math.sqrt

/** Figures of decisions against labels, equal to those of scikit-learn and SciPy, which Python reports. */
object Metrics {
    /**
     * Figures of decisions against labels, both positions in a list of [classes] names: accuracy, precision_macro,
     * recall_macro, f1_macro and matthews.
     *
     * Macro figures are means over all classes; what divides by 0 is 0.
     */
    fun classification(labels: IntArray, decisions: IntArray, classes: Int): Map<String, Double> {
        requireAsMany(labels.size, decisions.size)
        val confusion = Array(classes) { LongArray(classes) }
        for (index in labels.indices) confusion[labels[index]][decisions[index]]++
        val right = LongArray(classes) { confusion[it][it] }
        val labelled = LongArray(classes) { confusion[it].sum() }
        val decided = LongArray(classes) { decision -> confusion.sumOf { it[decision] } }
        return mapOf(
            "accuracy" to ratio(right.sum().toDouble(), labels.size.toDouble()),
            "precision_macro" to mean(classes) { ratio(right[it].toDouble(), decided[it].toDouble()) },
            "recall_macro" to mean(classes) { ratio(right[it].toDouble(), labelled[it].toDouble()) },
            "f1_macro" to mean(classes) { ratio(2.0 * right[it], (labelled[it] + decided[it]).toDouble()) },
            "matthews" to matthews(right, labelled, decided, labels.size),
        )
    }

    /**
     * Figures of sets of labels, which may be empty: precision_micro, recall_micro, f1_micro, f1_macro and subset_accuracy, the
     * share of examples with every label right.
     */
    fun multiLabel(labels: List<Set<String>>, decisions: List<Set<String>>, names: List<String>): Map<String, Double> {
        requireAsMany(labels.size, decisions.size)
        val (precision, recall, f1) = precisionRecallF1(
            right = labels.zip(decisions).sumOf { (truth, decided) -> truth.count { it in decided } },
            found = decisions.sumOf { it.size },
            wanted = labels.sumOf { it.size },
        )
        return mapOf(
            "f1_micro" to f1,
            "f1_macro" to mean(names.size) { at ->
                val name = names[at]
                val right = labels.zip(decisions).count { (truth, decided) -> name in truth && name in decided }
                precisionRecallF1(right, decisions.count { name in it }, labels.count { name in it }).third
            },
            "precision_micro" to precision,
            "recall_micro" to recall,
            "subset_accuracy" to mean(labels.size) { if (labels[it] == decisions[it]) 1.0 else 0.0 },
        )
    }

    /**
     * Precision, recall and F1 of entities, as seqeval counts them: one is right where type, first and last token are.
     *
     * @param labels tags of each sentence, in any scheme; [decisions] likewise.
     */
    fun entities(labels: List<List<String>>, decisions: List<List<String>>): Map<String, Double> {
        requireAsMany(labels.size, decisions.size)
        val wanted = labels.map { Tags.spans(it).toSet() }
        val found = decisions.map { Tags.spans(it).toSet() }
        val (precision, recall, f1) = precisionRecallF1(
            right = wanted.zip(found).sumOf { (truth, decided) -> truth.count { it in decided } },
            found = found.sumOf { it.size },
            wanted = wanted.sumOf { it.size },
        )
        return mapOf("precision" to precision, "recall" to recall, "f1" to f1)
    }

    /** Pearson's and Spearman's correlation (0 where one side is constant) and the mean squared error. */
    fun regression(labels: DoubleArray, values: DoubleArray): Map<String, Double> {
        requireAsMany(labels.size, values.size)
        return mapOf(
            "pearson" to pearson(labels, values),
            "spearman" to pearson(ranks(labels), ranks(values)),
            "mse" to mean(labels.size) { (labels[it] - values[it]) * (labels[it] - values[it]) },
        )
    }

    /** Precision, recall and F1 of what was found, of which [right] are right, against what there was to find. */
    internal fun precisionRecallF1(right: Int, found: Int, wanted: Int): Triple<Double, Double, Double> {
        val precision = ratio(right.toDouble(), found.toDouble())
        val recall = ratio(right.toDouble(), wanted.toDouble())
        return Triple(precision, recall, ratio(2 * precision * recall, precision + recall))
    }

    private fun requireAsMany(labels: Int, decisions: Int) =
        require(labels == decisions && labels > 0) { "there are $labels labels and $decisions decisions." }

    private fun ratio(part: Double, whole: Double): Double = if (whole == 0.0) 0.0 else part / whole

    private inline fun mean(count: Int, value: (Int) -> Double): Double {
        var sum = 0.0
        for (index in 0 until count) sum += value(index)
        return sum / count
    }

    /** The correlation of labels and decisions, generalized to many classes (Gorodkin, 2004, equation 2). */
    private fun matthews(right: LongArray, labelled: LongArray, decided: LongArray, count: Int): Double {
        val total = count.toDouble()
        var product = 0.0
        var labelledSquares = 0.0
        var decidedSquares = 0.0
        for (index in right.indices) {
            product += labelled[index].toDouble() * decided[index]
            labelledSquares += labelled[index].toDouble() * labelled[index]
            decidedSquares += decided[index].toDouble() * decided[index]
        }
        val covariance = right.sum() * total - product
        return ratio(covariance, sqrt((total * total - labelledSquares) * (total * total - decidedSquares)))
    }

    private fun pearson(one: DoubleArray, other: DoubleArray): Double {
        val oneMean = one.average()
        val otherMean = other.average()
        var covariance = 0.0
        var oneSquares = 0.0
        var otherSquares = 0.0
        for (index in one.indices) {
            covariance += (one[index] - oneMean) * (other[index] - otherMean)
            oneSquares += (one[index] - oneMean) * (one[index] - oneMean)
            otherSquares += (other[index] - otherMean) * (other[index] - otherMean)
        }
        return ratio(covariance, sqrt(oneSquares * otherSquares))
    }

    /** Ranks from 1; equal values share the mean of theirs. */
    private fun ranks(values: DoubleArray): DoubleArray {
        val order = values.indices.sortedBy { values[it] }
        val ranks = DoubleArray(values.size)
        var begin = 0
        while (begin < order.size) {
            var end = begin
            while (end < order.size && values[order[end]] == values[order[begin]]) end++
            for (index in begin until end) ranks[order[index]] = (begin + 1 + end) / 2.0
            begin = end
        }
        return ranks
    }
}
