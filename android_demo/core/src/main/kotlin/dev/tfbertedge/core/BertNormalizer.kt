package dev.tfbertedge.core

/**
 * Cleans, parts Chinese characters, strips accents and lower-cases, each as the settings say, as the Hugging Face
 * normalizer of the same name does on every code point ([UnicodeTables]).
 */
internal class BertNormalizer(private val settings: TokenizerSettings) {
    private val stripAccents = settings.stripAccents ?: settings.lowercase

    fun normalize(text: AlignedText): AlignedText {
        if (isPlain(text)) return text
        var current = text
        if (settings.cleanText) current = clean(current)
        if (settings.handleChineseChars) current = partChinese(current)
        if (stripAccents) current = withoutAccents(decompose(current))
        if (settings.lowercase) current = lower(current)
        return current
    }

    /** Whether no step changes anything: lower-case letters, digits, blanks and punctuation of ASCII. */
    private fun isPlain(text: AlignedText): Boolean {
        for (index in 0 until text.size) {
            val codePoint = text.codePoints[index]
            if (codePoint !in 0x20..0x7E || codePoint in 'A'.code..'Z'.code) return false
        }
        return true
    }

    private fun clean(text: AlignedText): AlignedText {
        val cleaned = AlignedText(text.size)
        for (index in 0 until text.size) {
            val codePoint = text.codePoints[index]
            when {
                CodePoints.has(codePoint, UnicodeTables.REMOVED) -> continue
                CodePoints.has(codePoint, UnicodeTables.SPACE) -> cleaned.add(' '.code, text, index)
                else -> cleaned.add(codePoint, text, index)
            }
        }
        return cleaned
    }

    private fun partChinese(text: AlignedText): AlignedText {
        val parted = AlignedText(text.size)
        for (index in 0 until text.size) {
            val chinese = CodePoints.has(text.codePoints[index], UnicodeTables.CHINESE)
            if (chinese) parted.add(' '.code, text, index)
            parted.add(text.codePoints[index], text, index)
            if (chinese) parted.add(' '.code, text, index)
        }
        return parted
    }

    /**
     * Canonical decomposition (NFD). Marks are put in order, and places are given out afterwards: the first of a
     * decomposition takes the next place of the text, the others that of their neighbour before. This is how the
     * Hugging Face library counts, so that marks that change places do not take theirs with them.
     */
    private fun decompose(text: AlignedText): AlignedText {
        val parts = IntArray(text.size * MOST_PARTS)
        val isFirst = BooleanArray(parts.size)
        var size = 0
        for (index in 0 until text.size) {
            val codePoint = text.codePoints[index]
            val decomposition = CodePoints.decomposition(codePoint)
            isFirst[size] = true
            if (decomposition == null) {
                parts[size++] = codePoint
            } else {
                for (part in decomposition) parts[size++] = part
            }
        }
        sortMarks(parts, isFirst, size)
        val decomposed = AlignedText(size)
        var place = -1
        for (index in 0 until size) {
            if (isFirst[index]) place++
            decomposed.add(parts[index], text, maxOf(place, 0))
        }
        return decomposed
    }

    /** Sorts each sequence of marks by class; marks of one class keep their order. */
    private fun sortMarks(parts: IntArray, isFirst: BooleanArray, size: Int) {
        for (index in 1 until size) {
            val mark = parts[index]
            val markClass = CodePoints.combiningClass(mark)
            if (markClass == 0) continue
            val first = isFirst[index]
            var place = index
            while (place > 0 && CodePoints.combiningClass(parts[place - 1]) > markClass) {
                parts[place] = parts[place - 1]
                isFirst[place] = isFirst[place - 1]
                place--
            }
            parts[place] = mark
            isFirst[place] = first
        }
    }

    private fun withoutAccents(text: AlignedText): AlignedText {
        val stripped = AlignedText(text.size)
        for (index in 0 until text.size) {
            val codePoint = text.codePoints[index]
            if (!CodePoints.has(codePoint, UnicodeTables.NONSPACING)) stripped.add(codePoint, text, index)
        }
        return stripped
    }

    private fun lower(text: AlignedText): AlignedText {
        val lowered = AlignedText(text.size)
        for (index in 0 until text.size) {
            val codePoint = text.codePoints[index]
            val lower = CodePoints.lower(codePoint)
            if (lower == null) lowered.add(codePoint, text, index) else lower.forEach { lowered.add(it, text, index) }
        }
        return lowered
    }

    private companion object {
        /** No canonical decomposition has more parts. */
        const val MOST_PARTS = 4
    }
}
