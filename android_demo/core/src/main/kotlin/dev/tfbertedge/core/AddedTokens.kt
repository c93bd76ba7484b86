package dev.tfbertedge.core

/** Finds tokens in a text before it is split into words: of all that begin first the longest. */
internal class AddedTokens(tokens: List<Token>) {
    /** A token to look for: its code points as they stand in the text, its id, and how it is to match. */
    class Token(val codePoints: IntArray, val id: Int, val settings: AddedPiece)

    private val byFirst: Map<Int, List<Token>> = tokens
        .groupBy { it.codePoints[0] }
        // The sort is stable: of equals, the one that was added first.
        .mapValues { (_, alike) -> alike.sortedByDescending { it.codePoints.size } }

    /** Calls [onText] with what lies between tokens and [onToken] for each token, in order. */
    fun split(text: AlignedText, onText: (AlignedText) -> Unit, onToken: (id: Int, start: Int, end: Int) -> Unit) {
        var done = 0
        var index = 0
        while (index < text.size) {
            val token = matchAt(text, index)
            if (token == null) {
                index++
                continue
            }
            var begin = index
            var end = index + token.codePoints.size
            index = end // A token that is passed over is not looked into either.
            if (token.settings.singleWord && !standsAlone(text, begin, end)) continue
            if (token.settings.lstrip) while (begin > done && isSpace(text, begin - 1)) begin--
            if (token.settings.rstrip) while (end < text.size && isSpace(text, end)) end++
            if (done < begin) onText(text.slice(done, begin))
            onToken(token.id, text.starts[begin], text.ends[end - 1])
            done = end
        }
        if (done < text.size) onText(text.slice(done, text.size))
    }

    private fun matchAt(text: AlignedText, index: Int): Token? =
        byFirst[text.codePoints[index]]?.firstOrNull { token ->
            token.codePoints.size <= text.size - index &&
                token.codePoints.indices.all { token.codePoints[it] == text.codePoints[index + it] }
        }

    private fun standsAlone(text: AlignedText, begin: Int, end: Int): Boolean =
        (begin == 0 || !CodePoints.has(text.codePoints[begin - 1], UnicodeTables.WORD)) &&
            (end == text.size || !CodePoints.has(text.codePoints[end], UnicodeTables.WORD))

    private fun isSpace(text: AlignedText, index: Int) = CodePoints.has(text.codePoints[index], UnicodeTables.SPACE)
}
