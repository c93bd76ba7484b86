package dev.tfbertedge.core

/**
 * BERT's tokenizer: clean, split, lower-case, WordPiece. Not for two threads at once.
 *
 * Ids and offsets equal those of the Hugging Face `tokenizers` library on any text; a special token written out in a text
 * (`[MASK]`) is that token, as there. Lone surrogates, which are not Unicode text, are dropped, as in Python.
 *
 * @param vocabulary pieces in the order of their ids.
 * @throws BundleException a piece occurs twice, or one that the settings name is missing.
 */
class Tokenizer(vocabulary: List<String>, val settings: TokenizerSettings) {
    private val ids: Map<String, Int> = indexed(vocabulary)
    private val normalizer = BertNormalizer(settings)
    private val wordPiece: WordPiece
    private val rawTokens: AddedTokens
    private val normalizedTokens: AddedTokens

    /** The id that fills a sequence up to the model's length. */
    val padId: Int
    private val clsId: Int
    private val sepId: Int

    init {
        val needed = settings.specialTokens + settings.addedTokens.map { it.content }
        val missing = needed.filter { it !in ids }.distinct()
        if (missing.isNotEmpty()) {
            throw BundleException(
                "the vocabulary of ${vocabulary.size} pieces has no ${shown(missing)}. Get the bundle again.",
            )
        }
        padId = ids.getValue(settings.padToken)
        clsId = ids.getValue(settings.clsToken)
        sepId = ids.getValue(settings.sepToken)
        val added = settings.addedTokens.map { it.content }.toSet()
        // Tokens added after the vocabulary was made are no pieces of WordPiece, or they would match inside words.
        val inModel = vocabulary.indexOfLast { it !in added } + 1
        wordPiece = WordPiece(ids.filterValues { it < inModel }, ids.getValue(settings.unkToken), settings.maxWordCharacters)
        val plain = settings.specialTokens.distinct().filter { it !in added }.map { AddedPiece(it) }
        val all = plain + settings.addedTokens.sortedBy { ids.getValue(it.content) }
        // Special ones first: of two that look the same in a text, the first is found.
        val (normalized, raw) = all.sortedByDescending { it.special }.partition { it.normalized }
        rawTokens = AddedTokens(raw.map { token(it, AlignedText.of(it.content)) })
        normalizedTokens = AddedTokens(normalized.map { token(it, normalizer.normalize(AlignedText.of(it.content))) })
    }

    /**
     * Tokenizes one text, or a pair of texts; the longer text of a pair is cut first.
     *
     * @param maxLength longest result in pieces, special tokens included.
     */
    fun encode(text: String, pair: String? = null, maxLength: Int = settings.maxLength): Encoding {
        requireRoom(maxLength, pair != null)
        val first = pieces(text)
        if (pair == null) return sequence(first, 0, minOf(first.size, maxLength - 2), null, 0, 0)
        val second = pieces(pair)
        val (firstSize, secondSize) = longestFirst(first.size, second.size, maxLength - 3)
        return sequence(first, 0, firstSize, second, 0, secondSize)
    }

    /**
     * Tokenizes a text, or a text and a longer second one, into as many windows as hold all of it.
     *
     * Of one text, neighbouring windows share [stride] pieces; of a pair, the first text stands whole in each window and
     * neighbours share [stride] pieces of the second.
     *
     * @param maxLength longest window in pieces, special tokens included.
     * @throws IllegalArgumentException the windows would not advance: the stride, or the first text of a pair, is too long.
     */
    fun encodeWindows(
        text: String,
        pair: String? = null,
        maxLength: Int = settings.maxLength,
        stride: Int = settings.stride,
    ): List<Encoding> {
        requireRoom(maxLength, pair != null)
        require(stride >= 0) { "stride must be 0 or more, it was $stride." }
        val first = pieces(text)
        if (pair == null) {
            return windows(first.size, maxLength - 2, stride).map { sequence(first, it.first, it.last + 1, null, 0, 0) }
        }
        val second = pieces(pair)
        val room = maxLength - 3 - first.size
        return windows(second.size, room, stride).map { sequence(first, 0, first.size, second, it.first, it.last + 1) }
    }

    private fun requireRoom(maxLength: Int, paired: Boolean) {
        val least = if (paired) 3 else 2
        require(maxLength >= least) {
            "maxLength must be $least or more, to hold the special tokens; it was $maxLength."
        }
    }

    private fun windows(size: Int, room: Int, stride: Int): List<IntRange> {
        if (size <= room) return listOf(0 until size)
        require(room > stride) {
            "a window has room for $room pieces of the text, and neighbours are to share $stride: there must be more room."
        }
        val windows = ArrayList<IntRange>()
        var begin = 0
        while (true) {
            val end = minOf(begin + room, size)
            windows.add(begin until end)
            if (end == size) return windows
            begin += room - stride
        }
    }

    private fun pieces(text: String): Pieces {
        val pieces = Pieces()
        rawTokens.split(
            AlignedText.of(text),
            onText = { part ->
                normalizedTokens.split(normalizer.normalize(part), onText = { addWords(it, pieces) }, onToken = pieces::addWord)
            },
            onToken = pieces::addWord,
        )
        return pieces
    }

    /** Splits at white space, and before and after punctuation. */
    private fun addWords(text: AlignedText, pieces: Pieces) {
        var begin = 0
        for (index in 0 until text.size) {
            val space = CodePoints.has(text.codePoints[index], UnicodeTables.SPACE)
            if (!space && !CodePoints.has(text.codePoints[index], UnicodeTables.PUNCTUATION)) continue
            if (begin < index) wordPiece.split(text, begin, index, pieces)
            if (!space) wordPiece.split(text, index, index + 1, pieces)
            begin = index + 1
        }
        if (begin < text.size) wordPiece.split(text, begin, text.size, pieces)
    }

    private fun sequence(first: Pieces, from: Int, to: Int, second: Pieces?, secondFrom: Int, secondTo: Int): Encoding {
        val firstSize = to - from
        val secondSize = secondTo - secondFrom
        val size = firstSize + 2 + if (second == null) 0 else secondSize + 1
        val words = IntArray(size) { -1 }
        val encoding = Encoding(IntArray(size), IntArray(size), IntArray(size), IntArray(size), words, maxOf(from, secondFrom))
        encoding.ids[0] = clsId
        copy(first, from, to, encoding, 1)
        encoding.ids[firstSize + 1] = sepId
        if (second != null) {
            copy(second, secondFrom, secondTo, encoding, firstSize + 2)
            encoding.ids[size - 1] = sepId
            encoding.segmentIds.fill(1, firstSize + 2, size)
        }
        return encoding
    }

    private fun copy(pieces: Pieces, from: Int, to: Int, encoding: Encoding, at: Int) {
        pieces.ids.copyInto(encoding.ids, at, from, to)
        pieces.starts.copyInto(encoding.starts, at, from, to)
        pieces.ends.copyInto(encoding.ends, at, from, to)
        pieces.words.copyInto(encoding.words, at, from, to)
    }

    private fun token(piece: AddedPiece, text: AlignedText): AddedTokens.Token {
        if (text.size == 0) {
            throw BundleException("the added token '${piece.content.take(40)}' is empty once normalized. Get the bundle again.")
        }
        return AddedTokens.Token(text.codePoints.copyOf(text.size), ids.getValue(piece.content), piece)
    }

    private companion object {
        fun indexed(vocabulary: List<String>): Map<String, Int> {
            val ids = HashMap<String, Int>(vocabulary.size * 2)
            val repeated = vocabulary.filterIndexed { index, piece -> ids.put(piece, index) != null }
            if (repeated.isNotEmpty()) {
                throw BundleException("a vocabulary must hold every piece once; this one repeats ${shown(repeated)}.")
            }
            return ids
        }

        fun shown(pieces: List<String>): String {
            val more = if (pieces.size > 5) " and ${pieces.size - 5} more" else ""
            return pieces.take(5).joinToString { "'${it.take(40)}'" } + more
        }

        /** How much of each text stays, so that both fit: the longer is cut down to the shorter, then both alike. */
        fun longestFirst(first: Int, second: Int, room: Int): Pair<Int, Int> {
            if (first + second <= room) return first to second
            val shorter = minOf(first, second)
            val half = room / 2
            val (short, long) = if (shorter > half) half to room - half else shorter to room - shorter
            return if (first > second) long to short else short to long
        }
    }
}
