package dev.tfbertedge.core

/**
 * One tokenized text or pair: [CLS] text [SEP], or [CLS] text [SEP] pair [SEP]; cut to length, not padded.
 *
 * @property ids the piece ids.
 * @property segmentIds 0 up to and with the first [SEP], then 1.
 * @property starts where each piece begins in its own text, in UTF-16 units, as `String.substring` counts; 0 for [CLS]
 *   and [SEP].
 * @property ends where each piece ends, likewise. [CodePointOffsets] turns both into code points, as Python counts.
 */
class Encoding(val ids: IntArray, val segmentIds: IntArray, val starts: IntArray, val ends: IntArray) {
    /** How many pieces there are, [CLS] and [SEP] included. */
    val size: Int get() = ids.size
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
}
