package dev.tfbertedge.core

/** Exact match and F1 of answers, as SQuAD's published evaluators count them (Rajpurkar et al. 2016, section 6; 2018). */
object AnswerMetrics {
    private const val PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    private val articles = setOf("a", "an", "the")

    /** An answer lower-cased and freed of ASCII punctuation, of articles, and of white space beyond one blank. */
    fun normalized(text: String): String {
        val out = StringBuilder()
        val word = StringBuilder()
        fun endWord() {
            // As "\b(a|an|the)\b" finds them: an article ends where a letter or digit does.
            if (word.toString() in articles) out.append(' ') else out.append(word)
            word.setLength(0)
        }
        for (codePoint in lowered(text)) {
            if (codePoint < 0x80 && codePoint.toChar() in PUNCTUATION) continue
            if (isLetter(codePoint)) {
                word.appendCodePoint(codePoint)
            } else {
                endWord()
                if (isSpace(codePoint)) out.append(' ') else out.appendCodePoint(codePoint)
            }
        }
        endWord()
        return out.split(' ').filter { it.isNotEmpty() }.joinToString(" ")
    }

    /**
     * Exact match and F1 of an answer, each the best over the [gold] answers; none of these says that there is no answer.
     *
     * @param noAnswer by the rules of SQuAD 2.0, where two empty answers match; else by those of 1.1.
     */
    fun scores(answer: String, gold: List<String>, noAnswer: Boolean): Pair<Double, Double> {
        val ours = normalized(answer)
        var theirs = gold.map(::normalized)
        if (noAnswer) theirs = theirs.filter { it.isNotEmpty() }.ifEmpty { listOf("") }
        val exact = if (ours in theirs) 1.0 else 0.0
        return exact to (theirs.maxOfOrNull { f1(ours, it, if (noAnswer && ours == it) 1.0 else 0.0) } ?: 0.0)
    }

    private fun f1(ours: String, theirs: String, empty: Double): Double {
        val one = ours.split(' ').filter { it.isNotEmpty() }
        val other = theirs.split(' ').filter { it.isNotEmpty() }
        if (one.isEmpty() || other.isEmpty()) return empty
        return 2.0 * inCommon(one, other) / (one.size + other.size)
    }

    private fun isLetter(codePoint: Int) =
        CodePoints.has(codePoint, UnicodeTables.WORD) && !CodePoints.has(codePoint, UnicodeTables.NONSPACING)

    private fun isSpace(codePoint: Int) = CodePoints.has(codePoint, UnicodeTables.SPACE) || codePoint in 0x1C..0x1F
}

/** How many of both lists of words are equal, each used once. */
internal fun inCommon(one: List<Any>, other: List<Any>): Int {
    val left = HashMap<Any, Int>()
    for (word in other) left[word] = (left[word] ?: 0) + 1
    return one.count { word ->
        val count = left[word] ?: 0
        left[word] = count - 1
        count > 0
    }
}

/** The code points of [text], lower-cased one by one. */
internal fun lowered(text: String): List<Int> {
    val whole = AlignedText.of(text)
    return (0 until whole.size).flatMap { index ->
        CodePoints.lower(whole.codePoints[index])?.asList() ?: listOf(whole.codePoints[index])
    }
}
