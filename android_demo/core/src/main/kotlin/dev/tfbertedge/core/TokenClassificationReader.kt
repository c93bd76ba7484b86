package dev.tfbertedge.core

import java.math.BigDecimal
import java.math.RoundingMode
import kotlin.math.exp

/** Entities in a text, which is read in windows, from the logits of a tag (in IOB2) of each piece. */
internal class TokenClassificationReader(manifest: Manifest) : Reader(manifest) {
    override val outputs: List<String> = listOf("tags")
    override val paired: Boolean = false

    override fun rows(text: String, pair: String?, tokenizer: Tokenizer): List<Encoding> =
        TextWindows.of(text, tokenizer, manifest.sequenceLength)

    override fun answer(
        text: String,
        pair: String?,
        rows: List<Encoding>,
        outputs: List<RowOutputs>,
        topK: Int?,
    ): EntitiesResult =
        EntitiesResult(Entities.read(text, rows, outputs.map { it[0] }, manifest.labels))
}

/** From the logits of pieces to entities in the original text. */
internal object Entities {
    private const val SCORE_DIGITS = 6

    /**
     * The entities of [text], in order. A word has the likeliest tag of its first piece (Devlin et al. 2019, section 5.3); of
     * equals, the first in [labels]. Words become entities by the rule of [Tags.spans]. Accents that are written as characters
     * of their own belong to the letter before.
     *
     * @param logits for each window, the logits of the labels of each piece, one piece after the other.
     */
    fun read(text: String, windows: List<Encoding>, logits: List<FloatArray>, labels: List<String>): List<Entity> {
        val pieces = WindowPieces(windows)
        val firsts = (0 until pieces.size).filter { it == 0 || pieces.words[it] != pieces.words[it - 1] }
        val scores = DoubleArray(firsts.size)
        val tags = firsts.mapIndexed { word, piece ->
            val from = pieces.places[piece] * labels.size
            val ofPiece = logits[pieces.rows[piece]].copyOfRange(from, from + labels.size)
            val best = ofPiece.indices.fold(0) { best, label -> if (ofPiece[label] > ofPiece[best]) label else best }
            scores[word] = probability(ofPiece, best)
            labels[best]
        }
        val offsets = CodePointOffsets(text)
        return Tags.spans(tags).map { span ->
            val last = if (span.end < firsts.size) firsts[span.end] - 1 else pieces.size - 1
            val range = offsets.range(pieces.starts[firsts[span.begin]], withMarks(text, pieces.ends[last]))
            val score = scores.copyOfRange(span.begin, span.end).average()
            Entity(span.type, range, text.substring(range.begin, range.end), rounded(score))
        }
    }

    /**
     * The tags of tokens, whose begins and ends in code points are in order, in IOB2. A token is of the first entity that has a
     * character of it; the first token of an entity has B-X.
     */
    fun project(entities: List<Entity>, tokens: List<Pair<Int, Int>>): List<String> {
        val tags = MutableList(tokens.size) { "O" }
        var at = 0
        for (entity in entities) {
            var prefix = "B"
            while (at < tokens.size && tokens[at].first < entity.range.codePointEnd) {
                if (tokens[at].second > entity.range.codePointBegin) {
                    tags[at] = "$prefix-${entity.type}"
                    prefix = "I"
                }
                at++
            }
        }
        return tags
    }

    private fun probability(logits: FloatArray, of: Int): Double {
        val highest = logits[of]
        return 1.0 / logits.sumOf { exp((it - highest).toDouble()) }
    }

    private fun rounded(score: Double): Double =
        BigDecimal(score).setScale(SCORE_DIGITS, RoundingMode.HALF_EVEN).toDouble()

    private fun withMarks(text: String, end: Int): Int {
        var until = end
        while (until < text.length) {
            val codePoint = text.codePointAt(until)
            if (!CodePoints.has(codePoint, UnicodeTables.NONSPACING)) break
            until += if (codePoint > 0xFFFF) 2 else 1
        }
        return until
    }
}
