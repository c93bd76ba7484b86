package dev.tfbertedge.core

/** Collects answers and labels of one task, and gives the task's metrics. */
internal interface Scoring {
    fun add(example: EvalExample, result: Result)

    /** By the names that the bundle's figures have. */
    fun metrics(): Map<String, Double>

    companion object {
        fun of(manifest: Manifest): Scoring = when (manifest.task) {
            "classification" -> ClassificationScoring(manifest.labels)
            "regression" -> RegressionScoring()
            else -> throw BundleException("the task ${manifest.task} is not measured here. Update the app.")
        }
    }
}

private class ClassificationScoring(private val names: List<String>) : Scoring {
    private val labels = ArrayList<Int>()
    private val decisions = ArrayList<Int>()

    override fun add(example: EvalExample, result: Result) {
        val label = names.indexOf(example.label.toString())
        if (label < 0) {
            throw BundleException(
                "the example ${example.id} of ${EvalExample.FILE_NAME} has the label '${example.label}', " +
                    "which must be one of ${names.joinToString()}. Get the bundle again.",
            )
        }
        labels.add(label)
        decisions.add(names.indexOf((result as ClassificationResult).label))
    }

    override fun metrics() = Metrics.classification(labels.toIntArray(), decisions.toIntArray(), names.size)
}

private class RegressionScoring : Scoring {
    private val labels = ArrayList<Double>()
    private val values = ArrayList<Double>()

    override fun add(example: EvalExample, result: Result) {
        labels.add(number(example.label, "the label of ${example.id} in ${EvalExample.FILE_NAME}"))
        values.add((result as RegressionResult).value.toDouble())
    }

    override fun metrics() = Metrics.regression(labels.toDoubleArray(), values.toDoubleArray())
}
