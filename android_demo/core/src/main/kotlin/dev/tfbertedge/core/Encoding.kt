package dev.tfbertedge.core

/**
 * One tokenized text or pair: [CLS] text [SEP], or [CLS] text [SEP] pair [SEP]; cut to length, not padded.
 *
 * @property ids the piece ids.
 * @property segmentIds 0 up to and with the first [SEP], then 1.
 * @property starts where each piece begins in its own text, in UTF-16 units, as `String.substring` counts; 0 for [CLS]
 *   and [SEP].
 * @property ends where each piece ends, likewise. [CodePointOffsets] turns both into code points, as Python counts.
 * @property words the number of the word in its own text that each piece is of, a word being what BERT splits a text into
 *   before WordPiece; -1 for [CLS] and [SEP].
 * @property first of a window, how many of the text's pieces stand before it.
 */
open class Encoding(
    val ids: IntArray,
    val segmentIds: IntArray,
    val starts: IntArray,
    val ends: IntArray,
    val words: IntArray,
    val first: Int = 0,
) {
    /** How many pieces there are, [CLS] and [SEP] included. */
    val size: Int get() = ids.size

    /**
     * Joins this text's [CLS] and first [headPieces] pieces and [SEP] with the pieces of [other] from [from] to before [to]
     * and a [SEP], as a pair; the pieces of both are counted without their special ones.
     */
    internal fun with(headPieces: Int, other: Encoding, from: Int, to: Int): Encoding {
        val size = headPieces + to - from + 3
        fun joined(of: (Encoding) -> IntArray, separator: Int): IntArray {
            val values = IntArray(size)
            of(this).copyInto(values, 0, 0, headPieces + 1)
            values[headPieces + 1] = separator
            of(other).copyInto(values, headPieces + 2, from + 1, to + 1)
            values[size - 1] = separator
            return values
        }
        return Encoding(
            ids = joined({ it.ids }, ids.last()),
            segmentIds = IntArray(size) { if (it < headPieces + 2) 0 else 1 },
            starts = joined({ it.starts }, 0),
            ends = joined({ it.ends }, 0),
            words = joined({ it.words }, -1),
            first = from,
        )
    }

    /** The pieces from [from] to before [to], counted without the special ones, between [CLS] and [SEP]. */
    internal fun window(from: Int, to: Int): Encoding {
        fun part(values: IntArray) = intArrayOf(values.first()) + values.copyOfRange(from + 1, to + 1) + values.last()
        return Encoding(part(ids), part(segmentIds), part(starts), part(ends), part(words), first = from)
    }
}

/**
 * A part of a text.
 *
 * @property begin where it begins and [end] where it ends, in UTF-16 units, as `String.substring` and Android's spans count.
 * @property codePointBegin the same in code points, as Python and `golden.jsonl` count.
 */
data class TextRange(val begin: Int, val end: Int, val codePointBegin: Int, val codePointEnd: Int) {
    companion object {
        /** No part: from 0 to 0. */
        val NONE: TextRange = TextRange(0, 0, 0, 0)
    }
}

/** Turns offsets in UTF-16 units of [text] into offsets in code points, which Python counts in. */
class CodePointOffsets(text: String) {
    private val before = IntArray(text.length + 1)

    init {
        for (index in text.indices) {
            val secondHalf = index > 0 && text[index].isLowSurrogate() && text[index - 1].isHighSurrogate()
            before[index + 1] = before[index] + if (secondHalf) 0 else 1
        }
    }

    /** The number of code points before the UTF-16 unit at [index]; [index] must not split a code point. */
    fun of(index: Int): Int = before[index]

    /** The part of the text from [begin] to [end], in UTF-16 units. */
    fun range(begin: Int, end: Int): TextRange = TextRange(begin, end, of(begin), of(end))
}
