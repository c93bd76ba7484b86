package dev.tfbertedge.core

/** A text that is longer than the model, read in windows that overlap. */
internal object TextWindows {
    private const val SPECIAL = 2

    /**
     * Tokenizes [text] as windows [CLS] pieces [SEP] of at most [maxLength]; at least one, even of no pieces. Neighbours share
     * the tokenizer's stride; the last window is as short as what is left.
     *
     * @throws IllegalArgumentException no room beside [CLS], [SEP] and the shared pieces.
     */
    fun of(text: String, tokenizer: Tokenizer, maxLength: Int): List<Encoding> {
        val stride = tokenizer.settings.stride
        val room = maxLength - SPECIAL
        require(room > stride) { "windows of $maxLength pieces must hold more than [CLS], [SEP] and the $stride that they share." }
        val whole = tokenizer.encode(text, maxLength = Int.MAX_VALUE)
        val pieces = whole.size - SPECIAL
        return (0 until maxOf(pieces - stride, 1) step room - stride).map { whole.window(it, minOf(it + room, pieces)) }
    }
}

/**
 * The pieces of a text, each once, taken from the window that has most context for it: the lesser of the numbers of pieces
 * left and right (Devlin et al. 2019, in their code for SQuAD); of equals, from the earlier window.
 *
 * @property rows the window of each piece, and [places] the place in that window, [CLS] counted.
 */
internal class WindowPieces(windows: List<Encoding>) {
    /** How many pieces the text has. */
    val size: Int = windows.maxOf { it.first + it.size - 2 }
    val rows = IntArray(size)
    val places = IntArray(size)
    val starts = IntArray(size)
    val ends = IntArray(size)
    val words = IntArray(size)

    init {
        val best = IntArray(size) { -1 }
        for ((number, window) in windows.withIndex()) {
            val inside = window.size - 2
            for (index in 0 until inside) {
                val context = minOf(index, inside - 1 - index)
                val piece = window.first + index
                if (context <= best[piece]) continue
                best[piece] = context
                rows[piece] = number
                places[piece] = index + 1
                starts[piece] = window.starts[index + 1]
                ends[piece] = window.ends[index + 1]
                words[piece] = window.words[index + 1]
            }
        }
    }
}
