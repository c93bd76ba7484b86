package dev.tfbertedge.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/**
 * Expected values are those of SQuAD's evaluators (which Python's `squad_metrics` is tested against), rouge-score 0.1.2,
 * scikit-learn 1.9.1 and seqeval 1.2.2 on the same values.
 */
class TaskMetricsTest {
    @Test
    fun `normalized answers equal the evaluators'`() {
        val expected = mapOf(
            "The  Quick, brown-fox!" to "quick brownfox",
            "an A.B. the" to "ab",
            "Thea and aé a\u0301" to "thea and aé \u0301",
            "ÜBER \u1e9e the\u00a0END\u001c." to "über ß end",
            "a_b the_" to "ab",
            "\u0130 an1" to "i\u0307 an1",
        )
        assertEquals(expected, expected.mapValues { (text, _) -> AnswerMetrics.normalized(text) })
    }

    @Test
    fun `answer scores equal the evaluators'`() {
        assertEquals(0.0 to 0.8, AnswerMetrics.scores("the cat sat", listOf("a cat", "cat sat down"), false))
        assertEquals(0.0 to 0.6666666666666666, AnswerMetrics.scores("b b c", listOf("b c c"), false))
        assertEquals(0.0 to 0.0, AnswerMetrics.scores("", listOf("x"), false))
        assertEquals(0.0 to 0.0, AnswerMetrics.scores("x", emptyList(), false))
        assertEquals(1.0 to 1.0, AnswerMetrics.scores("", emptyList(), true))
        assertEquals(1.0 to 1.0, AnswerMetrics.scores("", listOf("the"), true))
        assertEquals(0.0 to 0.0, AnswerMetrics.scores("x", emptyList(), true))
    }

    @Test
    fun `rouge equals rouge-score`() {
        val cat = Rouge.scores("The cat sat on the mat.", "the cat, on a mat sat")
        assertEquals(0.8333333333333334, cat.getValue("rouge1"), 1e-15)
        assertEquals(0.20000000000000004, cat.getValue("rouge2"), 1e-15)
        assertEquals(0.6666666666666666, cat.getValue("rougeL"), 1e-15)
        assertEquals(0.5714285714285715, Rouge.scores("a b c d", "b d b").getValue("rougeL"), 1e-15)
        assertEquals(listOf(0.0, 0.0, 0.0), Rouge.scores("", "x").values.toList())
        assertEquals(listOf(1.0, 1.0, 1.0), Rouge.scores("café naïve K2", "caf na ve k2").values.toList())
    }

    @Test
    fun `multi-label figures equal scikit-learn's`() {
        val labels = listOf(setOf("a", "c"), setOf(), setOf("a", "b"), setOf("b"))
        val decisions = listOf(setOf("a"), setOf(), setOf("a", "b"), setOf("a"))

        val metrics = Metrics.multiLabel(labels, decisions, listOf("a", "b", "c"))

        assertEquals(0.75, metrics.getValue("precision_micro"), 1e-15)
        assertEquals(0.6, metrics.getValue("recall_micro"), 1e-15)
        assertEquals(0.6666666666666666, metrics.getValue("f1_micro"), 1e-15)
        assertEquals(0.48888888888888893, metrics.getValue("f1_macro"), 1e-15)
        assertEquals(0.5, metrics.getValue("subset_accuracy"), 1e-15)
    }

    @Test
    fun `entity figures equal seqeval's`() {
        val metrics = Metrics.entities(
            listOf("B-PER I-PER O B-LOC".split(' '), "O B-LOC I-LOC".split(' ')),
            listOf("B-PER I-PER O B-PER".split(' '), "I-LOC B-LOC I-LOC".split(' ')),
        )
        assertEquals(0.5, metrics.getValue("precision"), 1e-15)
        assertEquals(0.6666666666666666, metrics.getValue("recall"), 1e-15)
        assertEquals(0.5714285714285715, metrics.getValue("f1"), 1e-15)
    }

    @Test
    fun `project gives tokens the tags of entities that touch them`() {
        val entities = listOf(entity("PER", 1, 5), entity("LOC", 5, 9))
        val tokens = listOf(0 to 1, 1 to 3, 4 to 6, 6 to 7, 8 to 12, 12 to 13)
        assertEquals(listOf("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "O"), Entities.project(entities, tokens))
    }

    private fun entity(type: String, begin: Int, end: Int) = Entity(type, TextRange(begin, end, begin, end), "", 1.0)
}
