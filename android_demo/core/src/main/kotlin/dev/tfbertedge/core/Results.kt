package dev.tfbertedge.core

import kotlin.math.abs

/** An answer of a model; the task decides which kind. */
sealed class Result {
    /** The answer in plain JSON values, with the names that `golden.jsonl` has; places in code points. */
    abstract fun toJson(): Map<String, Any?>

    /** Whether [other], an answer of the same task to the same text, decides alike, as Python counts agreement. */
    internal abstract fun sameDecision(other: Result, manifest: Manifest): Boolean
}

/** A label and its probability. */
data class LabelScore(val label: String, val score: Float) {
    internal fun toJson(): Map<String, Any?> = mapOf("label" to label, "score" to score)
}

/** The label decided for, its probability, and the first labels, the likeliest first. */
data class ClassificationResult(val label: String, val score: Float, val scores: List<LabelScore>) : Result() {
    override fun toJson(): Map<String, Any?> =
        mapOf("label" to label, "score" to score, "scores" to scores.map { it.toJson() })

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

/** The labels decided for, the likeliest first, and the first of all labels with their probabilities. */
data class MultiLabelResult(val labels: List<String>, val scores: List<LabelScore>) : Result() {
    override fun toJson(): Map<String, Any?> = mapOf("labels" to labels, "scores" to scores.map { it.toJson() })

    override fun sameDecision(other: Result, manifest: Manifest): Boolean =
        other is MultiLabelResult && other.labels.toSet() == labels.toSet()
}

/**
 * A part of a context.
 *
 * @property score how much likelier it is than no answer, as a difference of logits.
 */
data class AnswerSpan(val answer: String, val range: TextRange, val score: Double) {
    internal fun toJson(): Map<String, Any?> =
        mapOf("answer" to answer, "begin" to range.codePointBegin, "end" to range.codePointEnd, "score" to score)
}

/**
 * The part of a context that answers a question; empty, from 0 to 0, where nothing does.
 *
 * @property score of the best span; how much likelier it is than no answer, as a difference of logits.
 * @property alternatives the best other spans, up to as many as were asked for; all of them where there is no answer.
 */
data class Answer(
    val answer: String,
    val range: TextRange,
    val score: Double,
    val alternatives: List<AnswerSpan>,
) : Result() {
    override fun toJson(): Map<String, Any?> =
        AnswerSpan(answer, range, score).toJson() + ("alternatives" to alternatives.map { it.toJson() })

    override fun sameDecision(other: Result, manifest: Manifest): Boolean = other is Answer && other.answer == answer
}

/** A part of a text, its type, and the mean probability of its words' tags. */
data class Entity(val type: String, val range: TextRange, val text: String, val score: Double) {
    internal fun toJson(): Map<String, Any?> = mapOf(
        "type" to type,
        "begin" to range.codePointBegin,
        "end" to range.codePointEnd,
        "text" to text,
        "score" to score,
    )
}

/** The entities of a text, in order; they do not overlap. */
data class EntitiesResult(val entities: List<Entity>) : Result() {
    override fun toJson(): Map<String, Any?> = mapOf("entities" to entities.map { it.toJson() })

    override fun sameDecision(other: Result, manifest: Manifest): Boolean =
        other is EntitiesResult && other.entities.map { it.type to it.range } == entities.map { it.type to it.range }
}

/** The likeliest intent, its probability, the first intents, and the slots in order, which do not overlap. */
data class IntentSlotsResult(
    val intent: String,
    val score: Float,
    val scores: List<LabelScore>,
    val slots: List<Entity>,
) : Result() {
    override fun toJson(): Map<String, Any?> = mapOf(
        "intent" to intent,
        "score" to score,
        "scores" to scores.map { it.toJson() },
        "slots" to slots.map { it.toJson() },
    )

    override fun sameDecision(other: Result, manifest: Manifest): Boolean =
        other is IntentSlotsResult && other.intent == intent &&
            EntitiesResult(slots).sameDecision(EntitiesResult(other.slots), manifest)
}

/** A sentence by its number in the document, from 0, and how likely it belongs to a summary. */
data class ScoredSentence(val index: Int, val range: TextRange, val text: String, val score: Double) {
    internal fun toJson(): Map<String, Any?> =
        mapOf("index" to index, "begin" to range.codePointBegin, "end" to range.codePointEnd, "score" to score)
}

/** A summary: the sentences chosen, in the order of the document, and the scores of the likeliest of all. */
data class SummaryResult(val sentences: List<ScoredSentence>, val scores: List<ScoredSentence>) : Result() {
    /** The sentences chosen, joined by blanks. */
    val summary: String get() = sentences.joinToString(" ") { it.text }

    override fun toJson(): Map<String, Any?> = mapOf(
        "summary" to summary,
        "sentences" to sentences.map { it.toJson() + ("text" to it.text) },
        "scores" to scores.map { it.toJson() },
    )

    override fun sameDecision(other: Result, manifest: Manifest): Boolean =
        other is SummaryResult && other.sentences.map { it.index } == sentences.map { it.index }
}

/**
 * A text's vector, of length 1.
 *
 * @property pairEmbedding that of the second text, where there is one, and [similarity] the cosine of both.
 */
data class EmbeddingResult(
    val embedding: List<Double>,
    val pairEmbedding: List<Double>?,
    val similarity: Double?,
) : Result() {
    override fun toJson(): Map<String, Any?> {
        if (pairEmbedding == null) return mapOf("embedding" to embedding)
        return mapOf("similarity" to similarity, "embedding" to embedding, "pair_embedding" to pairEmbedding)
    }

    /** Cosines at most [SIMILARITY_TOLERANCE] apart; single texts in one direction. */
    override fun sameDecision(other: Result, manifest: Manifest): Boolean {
        if (other !is EmbeddingResult) return false
        if (similarity != null && other.similarity != null) return abs(similarity - other.similarity) <= SIMILARITY_TOLERANCE
        return embedding.zip(other.embedding) { one, its -> one * its }.sum() >= LEAST_COSINE
    }

    private companion object {
        const val SIMILARITY_TOLERANCE = 0.05
        const val LEAST_COSINE = 0.98
    }
}
