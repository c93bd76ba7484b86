package dev.tfbertedge.core

/**
 * Splits a word into the longest pieces of a vocabulary, from left to right (Schuster and Nakajima, 2012).
 *
 * @property vocabulary piece to id; pieces within a word begin with ##.
 */
internal class WordPiece(
    private val vocabulary: Map<String, Int>,
    private val unknownId: Int,
    private val maxWordCharacters: Int,
) {
    private val longestPiece = vocabulary.keys.fold(0) { longest, piece -> maxOf(longest, piece.length) }
    private val word = StringBuilder()

    /** Adds the pieces of the code points from [from] to before [to] to [pieces]; one unknown piece if there are none. */
    fun split(text: AlignedText, from: Int, to: Int, pieces: Pieces) {
        pieces.word++
        val before = pieces.size
        if (to - from <= maxWordCharacters && splitInto(text, from, to, pieces)) return
        pieces.size = before
        pieces.add(unknownId, text.starts[from], text.ends[to - 1])
    }

    private fun splitInto(text: AlignedText, from: Int, to: Int, pieces: Pieces): Boolean {
        var begin = from
        while (begin < to) {
            word.setLength(0)
            if (begin > from) word.append("##")
            var end = begin
            // Nothing longer than the longest piece can be one, which bounds the work for long words.
            while (end < to && word.length < longestPiece) word.appendCodePoint(text.codePoints[end++])
            var id: Int? = null
            while (end > begin) {
                id = vocabulary[word.toString()]
                if (id != null) break
                end--
                word.setLength(word.length - if (text.codePoints[end] > 0xFFFF) 2 else 1)
            }
            if (id == null) return false
            pieces.add(id, text.starts[begin], text.ends[end - 1])
            begin = end
        }
        return true
    }
}

/** Ids, places and word numbers of pieces, growing. */
internal class Pieces {
    var ids = IntArray(64)
        private set
    var starts = IntArray(64)
        private set
    var ends = IntArray(64)
        private set
    var words = IntArray(64)
        private set
    var size = 0

    /** The number of the word that pieces are added to. */
    var word = -1

    /** Adds a word that is one piece whatever it holds. */
    fun addWord(id: Int, start: Int, end: Int) {
        word++
        add(id, start, end)
    }

    fun add(id: Int, start: Int, end: Int) {
        if (size == ids.size) {
            ids = ids.copyOf(size * 2)
            starts = starts.copyOf(size * 2)
            ends = ends.copyOf(size * 2)
            words = words.copyOf(size * 2)
        }
        ids[size] = id
        starts[size] = start
        ends[size] = end
        words[size] = word
        size++
    }
}
