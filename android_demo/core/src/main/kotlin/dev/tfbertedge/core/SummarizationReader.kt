package dev.tfbertedge.core

import kotlin.math.abs
import kotlin.math.exp

/** Some sentences of a document in a row: the place of each one's [CLS], and its number in the document. */
internal class SentenceRow(
    ids: IntArray,
    segmentIds: IntArray,
    starts: IntArray,
    ends: IntArray,
    words: IntArray,
    val marks: IntArray,
    val sentences: IntArray,
) : Encoding(ids, segmentIds, starts, ends, words)

/**
 * The sentences of a document that make its summary (Liu 2019, BertSum): each stands in a row as [CLS] pieces [SEP], and its
 * score is the mean of the model's numbers at these. A longer document is read in windows of whole sentences.
 */
internal class SummarizationReader(manifest: Manifest) : Reader(manifest) {
    override val paired: Boolean = false

    private val choice: SentenceChoice = settingsOf(manifest).let { settings ->
        SentenceChoice(
            sentences = settings["sentences"]?.let { number(it, "settings.sentences") },
            words = settings["words"]?.let { number(it, "settings.words") },
            trigramBlocking = settings["trigram_blocking"]?.let { boolean(it, "settings.trigram_blocking") } ?: false,
        )
    }

    /** In how many levels a piece's segment tells how often the piece stands in the document: once, 2 or 3 times, 4 to 7, ... */
    private val levels: Int =
        settingsOf(manifest)["frequency_levels"]?.let { number(it, "settings.frequency_levels").toInt() } ?: 1

    override fun width(name: String): Int? = null // The last axis is that of the pieces.

    /**
     * Windows of whole sentences, each as long as fits; neighbours share as many of their sentences as have at most the
     * tokenizer's stride of pieces together. A sentence that is longer than a row is cut, and one without a piece is left out.
     */
    override fun rows(text: String, pair: String?, tokenizer: Tokenizer): List<Encoding> {
        val longest = manifest.sequenceLength
        val spans = Sentences.spans(text)
        val read = spans.map { tokenizer.encode(text.substring(it), maxLength = longest) }
        val kept = read.indices.filter { read[it].size > 2 }
        if (kept.isEmpty()) {
            return listOf(row(listOf(tokenizer.encode("", maxLength = longest)), listOf(0), IntArray(0), emptyMap()))
        }
        val counts = HashMap<Int, Int>()
        for (number in kept) {
            for (at in 1 until read[number].size - 1) counts.merge(read[number].ids[at], 1, Int::plus)
        }
        return windows(kept.map { read[it].size }, longest, tokenizer.settings.stride).map { window ->
            val numbers = window.map { kept[it] }
            row(numbers.map { read[it] }, numbers.map { spans[it].first }, numbers.toIntArray(), counts)
        }
    }

    override fun answer(
        text: String,
        pair: String?,
        rows: List<Encoding>,
        outputs: List<RowOutputs>,
        topK: Int?,
    ): SummaryResult {
        require(topK == null || topK >= 1) { "topK must be at least 1, it was $topK." }
        val logits = logits(rows, outputs)
        val numbers = logits.keys.toList()
        val spans = Sentences.spans(text)
        val offsets = CodePointOffsets(text)
        val scored = numbers.associateWith { number ->
            val span = spans[number]
            val score = sigmoid(logits.getValue(number))
            ScoredSentence(number, offsets.range(span.first, span.last + 1), text.substring(span), score)
        }
        val chosen = choice.places(numbers.map { text.substring(spans[it]) }, logits.values.toList())
            .map { scored.getValue(numbers[it]) }
        val ranked = numbers.sortedByDescending { scored.getValue(it).score }.map { scored.getValue(it) }
        return SummaryResult(chosen, ranked.take(topK ?: ranked.size))
    }

    /** The logit of each sentence that was read, by its number in rising order; of several windows the mean. */
    private fun logits(rows: List<Encoding>, outputs: List<RowOutputs>): Map<Int, Double> {
        val found = java.util.TreeMap<Int, MutableList<Double>>()
        for ((row, tensors) in rows.zip(outputs)) {
            row as SentenceRow
            for ((index, number) in row.sentences.withIndex()) {
                val end = if (index + 1 < row.marks.size) row.marks[index + 1] else row.size
                val sum = (row.marks[index] until end).sumOf { tensors[0][it].toDouble() }
                found.getOrPut(number) { ArrayList() }.add(sum / (end - row.marks[index]))
            }
        }
        return found.mapValues { (_, logits) -> logits.sum() / logits.size }
    }

    private fun windows(lengths: List<Int>, longest: Int, stride: Int): List<IntRange> {
        val windows = ArrayList<IntRange>()
        var first = 0
        while (true) {
            var end = first
            var filled = 0
            while (end < lengths.size && filled + lengths[end] <= longest) filled += lengths[end++]
            windows.add(first until end)
            if (end == lengths.size) return windows
            // The next window begins with sentences of this one, if it still has room for one more.
            val begun = first
            var shared = 0
            first = end
            while (first - 1 > begun && shared + lengths[first - 1] <= minOf(stride, longest - lengths[end])) {
                shared += lengths[--first]
            }
        }
    }

    private fun row(read: List<Encoding>, begins: List<Int>, numbers: IntArray, counts: Map<Int, Int>): SentenceRow {
        val size = read.sumOf { it.size }
        val row = SentenceRow(
            IntArray(size), IntArray(size), IntArray(size), IntArray(size), IntArray(size), IntArray(numbers.size), numbers,
        )
        var at = 0
        for ((place, one) in read.withIndex()) {
            if (place < numbers.size) row.marks[place] = at
            one.ids.copyInto(row.ids, at)
            one.words.copyInto(row.words, at)
            row.segmentIds.fill(place % 2, at, at + one.size)
            for (index in 1 until one.size - 1) {
                val level = minOf(Int.SIZE_BITS - counts.getValue(one.ids[index]).countLeadingZeroBits(), levels) - 1
                row.segmentIds[at + index] += 2 * level
                row.starts[at + index] = one.starts[index] + begins[place]
                row.ends[at + index] = one.ends[index] + begins[place]
            }
            at += one.size
        }
        return row
    }

    private fun sigmoid(logit: Double): Double {
        val small = exp(-abs(logit))
        return if (logit >= 0) 1.0 / (1.0 + small) else small / (1.0 + small)
    }
}
