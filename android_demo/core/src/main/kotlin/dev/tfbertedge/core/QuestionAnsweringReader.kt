package dev.tfbertedge.core

/**
 * The part of a context (the pair) that answers a question (the text), by the logits of beginning and of ending the answer.
 *
 * A context that does not fit is read in windows that share the tokenizer's stride, or half a window where that is less. The
 * score of a span in a window is start + end less that of [CLS], which stands for no answer (Alberti et al. 2019, section 4);
 * the best span over all windows is the answer. Of equals, the earlier window's comes first, then the one that begins first,
 * then the shorter one. `settings.max_answer_length` limits spans in pieces; below `settings.thresholds.no_answer` there is
 * no answer.
 */
internal class QuestionAnsweringReader(manifest: Manifest) : Reader(manifest) {
    override val outputs: List<String> = listOf("start", "end")
    override val paired: Boolean = true

    private val longest: Int
    private val threshold: Double?

    init {
        val settings = settingsOf(manifest)
        longest = if (settings.has("max_answer_length")) {
            settings.long("max_answer_length", 1L, Int.MAX_VALUE.toLong()).toInt()
        } else {
            MAX_ANSWER_LENGTH
        }
        threshold = thresholdsOf(manifest)["no_answer"]
    }

    override fun width(name: String): Int? = null

    override fun rows(text: String, pair: String?, tokenizer: Tokenizer): List<Encoding> {
        val inner = manifest.sequenceLength - SPECIAL_PIECES
        require(inner >= 2) { "the model must take ${SPECIAL_PIECES + 2} pieces or more, it takes ${manifest.sequenceLength}." }
        val question = tokenizer.encode(text, maxLength = Int.MAX_VALUE)
        val context = tokenizer.encode(requireNotNull(pair) { "a question needs a context." }, maxLength = Int.MAX_VALUE)
        val asked = minOf(question.size - 2, maxOf(1, inner / QUESTION_SHARE))
        val room = inner - asked
        val step = room - minOf(tokenizer.settings.stride, room / 2)
        val pieces = context.size - 2
        return (0 until maxOf(pieces - room, 0) + step step step).map { begin ->
            question.with(asked, context, begin, minOf(begin + room, pieces))
        }
    }

    override fun answer(
        text: String,
        pair: String?,
        rows: List<Encoding>,
        outputs: List<RowOutputs>,
        topK: Int?,
    ): Answer {
        require(topK == null || topK >= 1) { "topK must be at least 1, it was $topK." }
        val spans = spans(pair.orEmpty(), rows, outputs, topK ?: 1)
        val best = spans.firstOrNull()
        if (best == null || (threshold != null && best.score < threshold)) {
            return Answer("", TextRange.NONE, best?.score ?: 0.0, spans)
        }
        return Answer(best.answer, best.range, best.score, spans.drop(1))
    }

    /** The [count] best different spans over all windows, the best first. */
    private fun spans(context: String, rows: List<Encoding>, outputs: List<RowOutputs>, count: Int): List<AnswerSpan> {
        val found = ArrayList<Span>()
        for ((row, logits) in rows.zip(outputs)) {
            val from = row.segmentIds.indexOf(1)
            if (from == 2) continue // [CLS] [SEP]: nothing is asked.
            val (start, end) = logits
            val none = start[0].toDouble() + end[0].toDouble()
            for (span in best(start, end, from, row.size - 1, count)) {
                found.add(Span(row.starts[span.first], row.ends[span.last], span.score - none))
            }
        }
        val offsets = CodePointOffsets(context)
        return found.sortedByDescending { it.score } // Stable: of equals, the earlier window's first.
            .distinctBy { it.first to it.last }
            .take(count)
            .map { AnswerSpan(context.substring(it.first, it.last), offsets.range(it.first, it.last), it.score) }
    }

    /** The best spans of pieces from [from] to before [to], the best first; of equals, as they come. */
    private fun best(start: FloatArray, end: FloatArray, from: Int, to: Int, count: Int): List<Span> {
        val best = ArrayList<Span>(count + 1)
        for (first in from until to) {
            for (last in first until minOf(to, first + longest)) {
                val score = start[first].toDouble() + end[last].toDouble()
                if (best.size == count && score <= best.last().score) continue
                var place = best.size
                while (place > 0 && best[place - 1].score < score) place--
                best.add(place, Span(first, last, score))
                if (best.size > count) best.removeAt(count)
            }
        }
        return best
    }

    private class Span(val first: Int, val last: Int, val score: Double)

    private companion object {
        const val MAX_ANSWER_LENGTH = 30
        const val QUESTION_SHARE = 3
        const val SPECIAL_PIECES = 3
    }
}
