package dev.tfbertedge.core

/**
 * Code points of a text that is being normalized, each with the place in the original that it came from.
 *
 * @property codePoints the first [size] count.
 * @property starts where each one's original begins, in UTF-16 units; [ends] where it ends.
 */
internal class AlignedText(capacity: Int) {
    var codePoints = IntArray(capacity)
        private set
    var starts = IntArray(capacity)
        private set
    var ends = IntArray(capacity)
        private set
    var size = 0
        private set

    fun add(codePoint: Int, start: Int, end: Int) {
        if (size == codePoints.size) {
            val capacity = maxOf(16, size * 2)
            codePoints = codePoints.copyOf(capacity)
            starts = starts.copyOf(capacity)
            ends = ends.copyOf(capacity)
        }
        codePoints[size] = codePoint
        starts[size] = start
        ends[size] = end
        size++
    }

    /** Adds [codePoint] with the place that [source] has at [index]. */
    fun add(codePoint: Int, source: AlignedText, index: Int) = add(codePoint, source.starts[index], source.ends[index])

    /** The code points from [from] to before [to], with their places. */
    fun slice(from: Int, to: Int): AlignedText {
        if (from == 0 && to == size) return this
        val part = AlignedText(to - from)
        for (index in from until to) part.add(codePoints[index], this, index)
        return part
    }

    companion object {
        private const val REPLACEMENT = 0xFFFD

        /** Takes a string as it is; a lone surrogate, which is no Unicode text, becomes U+FFFD, as in Python. */
        fun of(text: String): AlignedText {
            val aligned = AlignedText(text.length)
            var index = 0
            while (index < text.length) {
                val unit = text[index]
                if (unit.isHighSurrogate() && index + 1 < text.length && text[index + 1].isLowSurrogate()) {
                    val codePoint = 0x10000 + (unit.code - 0xD800 shl 10) + (text[index + 1].code - 0xDC00)
                    aligned.add(codePoint, index, index + 2)
                    index += 2
                } else {
                    aligned.add(if (unit.isSurrogate()) REPLACEMENT else unit.code, index, index + 1)
                    index++
                }
            }
            return aligned
        }
    }
}
