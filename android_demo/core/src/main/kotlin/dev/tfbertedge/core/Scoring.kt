package dev.tfbertedge.core

/** Collects answers and labels of one task, and gives the task's metrics. */
internal interface Scoring {
    fun add(example: EvalExample, result: Result)

    /** By the names that the bundle's figures have. */
    fun metrics(): Map<String, Double>

    companion object {
        fun of(manifest: Manifest): Scoring = when (manifest.task) {
            "classification" -> ClassificationScoring(manifest.labels)
            "embedding" -> NumberScoring({ (it as EmbeddingResult).similarity }, listOf("pearson", "spearman"))
            "intent_slots" -> IntentSlotsScoring()
            "multi_label" -> MultiLabelScoring(manifest.labels)
            "question_answering" -> AnswerScoring("no_answer" in thresholdsOf(manifest))
            "regression" -> NumberScoring({ (it as RegressionResult).value.toDouble() }, listOf("pearson", "spearman", "mse"))
            "summarization" -> SummaryScoring()
            "token_classification" -> EntityScoring()
            else -> throw BundleException("the task ${manifest.task} is not measured here. Update the app.")
        }
    }
}

private fun where(example: EvalExample) = "the label of ${example.id} in ${EvalExample.FILE_NAME}"

private fun strings(value: Any?, where: String): List<String> =
    (value as? List<*>)?.map { string(it, where) } ?: throw damaged("$where must be a list")

private class ClassificationScoring(private val names: List<String>) : Scoring {
    private val labels = ArrayList<Int>()
    private val decisions = ArrayList<Int>()

    override fun add(example: EvalExample, result: Result) {
        val label = names.indexOf(example.label.toString())
        if (label < 0) {
            throw BundleException(
                "${where(example)} is '${example.label}', it must be one of ${names.joinToString()}. Get the bundle again.",
            )
        }
        labels.add(label)
        decisions.add(names.indexOf((result as ClassificationResult).label))
    }

    override fun metrics() = Metrics.classification(labels.toIntArray(), decisions.toIntArray(), names.size)
}

private class NumberScoring(private val value: (Result) -> Double?, private val figures: List<String>) : Scoring {
    private val labels = ArrayList<Double>()
    private val values = ArrayList<Double>()

    override fun add(example: EvalExample, result: Result) {
        if (example.label == null) return // A text that nothing is said of.
        labels.add(number(example.label, where(example)))
        values.add(value(result) ?: throw damaged("${where(example)} is a score, but there is one text"))
    }

    override fun metrics() = Metrics.regression(labels.toDoubleArray(), values.toDoubleArray()).filterKeys { it in figures }
}

private class MultiLabelScoring(private val names: List<String>) : Scoring {
    private val labels = ArrayList<Set<String>>()
    private val decisions = ArrayList<Set<String>>()

    override fun add(example: EvalExample, result: Result) {
        labels.add(strings(example.label, where(example)).toSet())
        decisions.add((result as MultiLabelResult).labels.toSet())
    }

    override fun metrics() = Metrics.multiLabel(labels, decisions, names)
}

private class AnswerScoring(private val noAnswer: Boolean) : Scoring {
    private val scores = ArrayList<Pair<Double, Double>>()

    override fun add(example: EvalExample, result: Result) {
        val gold = strings(Fields(example.label, where(example))["text"], where(example))
        scores.add(AnswerMetrics.scores((result as Answer).answer, gold, noAnswer))
    }

    override fun metrics() = mapOf(
        "f1" to scores.map { it.second }.average(),
        "exact_match" to scores.map { it.first }.average(),
    )
}

private class SummaryScoring : Scoring {
    private val scores = ArrayList<Map<String, Double>>()

    override fun add(example: EvalExample, result: Result) {
        val reference = Fields(example.label, where(example)).string("summary")
        scores.add(Rouge.scores(reference, (result as SummaryResult).summary))
    }

    override fun metrics() = scores.first().keys.associateWith { kind -> scores.map { it.getValue(kind) }.average() }
}

/** The tokens of a labelled text: begin and end of each in code points, and its tag in IOB2. */
private class TaggedTokens(example: EvalExample) {
    val tags: List<String>
    private val spans: List<Pair<Int, Int>>

    init {
        val label = Fields(example.label, where(example))
        tags = strings(label["tags"], where(example))
        spans = label.list("spans", ::span)
        if (spans.size != tags.size) throw damaged("${where(example)} has ${tags.size} tags of ${spans.size} tokens")
    }

    fun projected(entities: List<Entity>): List<String> = Entities.project(entities, spans)

    private fun span(value: Any?, where: String): Pair<Int, Int> {
        val ends = value as? List<*> ?: throw damaged("$where must be a list")
        if (ends.size != 2) throw damaged("$where must be a begin and an end")
        val (begin, end) = ends.map { long(it, where, 0L, Int.MAX_VALUE.toLong()).toInt() }
        return begin to end
    }
}

private class EntityScoring : Scoring {
    private val labels = ArrayList<List<String>>()
    private val decisions = ArrayList<List<String>>()

    override fun add(example: EvalExample, result: Result) {
        val tokens = TaggedTokens(example)
        labels.add(tokens.tags)
        decisions.add(tokens.projected((result as EntitiesResult).entities))
    }

    override fun metrics() = Metrics.entities(labels, decisions)
}

private class IntentSlotsScoring : Scoring {
    private val labels = ArrayList<List<String>>()
    private val decisions = ArrayList<List<String>>()
    private val intents = ArrayList<Boolean>()

    override fun add(example: EvalExample, result: Result) {
        val tokens = TaggedTokens(example)
        result as IntentSlotsResult
        labels.add(tokens.tags)
        decisions.add(tokens.projected(result.slots))
        intents.add(result.intent == Fields(example.label, where(example)).string("intent"))
    }

    override fun metrics() = mapOf(
        "frame_accuracy" to share { intents[it] && labels[it] == decisions[it] },
        "intent_accuracy" to share { intents[it] },
    ) + Metrics.entities(labels, decisions).mapKeys { (name, _) -> "slot_$name" }

    private fun share(isRight: (Int) -> Boolean): Double = intents.indices.count(isRight).toDouble() / intents.size
}
