package dev.tfbertedge.core

/**
 * Sentences and words of a text, by the same fixed tables as in Python (`tfbert_edge/runtime/sentences.py` states the rule);
 * written without regular expressions, whose Unicode version moves with the platform. Places are UTF-16 units; every
 * character of a table is one unit.
 */
internal object Sentences {
    private val white = table("\t-\r\u001c-\u0020\u0085\u0085\u00a0\u00a0\u1680\u1680\u2000-\u200a\u2028-\u2029\u202f\u202f\u205f\u205f\u3000\u3000")
    private val punctuation = table("!-/:-@[-`{-~\u00a1-\u00bf\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3001-\u3003\u3008-\u3011\uff01-\uff0f")
    private val small = table("a-z\u00df-\u00f6\u00f8-\u00ff\u03ac-\u03ce\u0430-\u045f")
    private const val BREAKS = "\n\r\u2028\u2029"
    private const val ENDS = ".!?\u2026"
    private const val CLOSING = "\"'\u2019\u201d\u00bb)]"
    private val abbreviations = (
        "adm capt cf cmdr col dept dr est gen gov hon jr lt maj messrs mr mrs ms mt pp prof rep rev sen sgt sr st vs"
        ).split(' ').toSet()

    /** Begin and end of each sentence, without white space at its ends; none is empty. */
    fun spans(text: String): List<IntRange> {
        val found = ArrayList<IntRange>()
        for ((begin, end) in lines(text)) {
            var start = begin
            var index = begin
            while (index < end) {
                if (text[index] !in ENDS) {
                    index++
                    continue
                }
                val mark = index
                val marksEnd = skip(text, mark, end) { it in ENDS }
                val closed = skip(text, marksEnd, end) { it in CLOSING }
                val next = skip(text, closed, end) { it in white }
                index = if (next > closed) next else marksEnd
                if (next > closed && next < end && !goesOn(text, start, mark, marksEnd, next)) {
                    found.add(start until next)
                    start = next
                }
            }
            found.add(start until end)
        }
        return found.map { trimmed(text, it) }.filter { !it.isEmpty() }
    }

    /** The words of [text], the letters A to Z made small and no others. */
    fun words(text: String): List<String> {
        val words = ArrayList<String>()
        var index = 0
        while (index < text.length) {
            val begin = skip(text, index, text.length) { !isOfWord(it) }
            index = skip(text, begin, text.length, ::isOfWord)
            if (begin < index) words.add(asciiSmall(text.substring(begin, index)))
        }
        return words
    }

    private fun goesOn(text: String, start: Int, mark: Int, marksEnd: Int, next: Int): Boolean {
        if (text[next] in small) return true
        if (marksEnd != mark + 1 || text[mark] != '.') return false
        var begin = mark
        while (begin > start && isOfWord(text[begin - 1])) begin--
        if (begin == mark) return false
        val word = asciiSmall(text.substring(begin, mark))
        return word in abbreviations || (text.codePointCount(begin, mark) == 1 && word[0] !in '0'..'9')
    }

    private fun lines(text: String): List<Pair<Int, Int>> {
        val lines = ArrayList<Pair<Int, Int>>()
        var start = 0
        for (index in text.indices) {
            if (text[index] !in BREAKS) continue
            lines.add(start to index)
            start = index + 1
        }
        lines.add(start to text.length)
        return lines
    }

    private fun trimmed(text: String, span: IntRange): IntRange {
        var begin = span.first
        var end = span.last + 1
        while (begin < end && text[begin] in white) begin++
        while (end > begin && text[end - 1] in white) end--
        return begin until end
    }

    private inline fun skip(text: String, from: Int, to: Int, isSkipped: (Char) -> Boolean): Int {
        var index = from
        while (index < to && isSkipped(text[index])) index++
        return index
    }

    private fun isOfWord(character: Char) = character !in white && character !in punctuation

    private fun asciiSmall(word: String): String =
        CharArray(word.length) { if (word[it] in 'A'..'Z') word[it] + 32 else word[it] }.concatToString()

    private fun table(ranges: String): Set<Char> {
        val characters = HashSet<Char>()
        var index = 0
        while (index < ranges.length) {
            val dash = index + 1 < ranges.length && ranges[index + 1] == '-' && index + 2 < ranges.length
            val last = if (dash) ranges[index + 2] else ranges[index]
            for (character in ranges[index]..last) characters.add(character)
            index += if (dash) 3 else 1
        }
        return characters
    }
}
