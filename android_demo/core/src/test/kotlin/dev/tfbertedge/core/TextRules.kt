package dev.tfbertedge.core

/** Marsaglia's 32-bit xorshift (2003) with the shifts 13, 17, 5, as in scripts/android_golden.py. */
internal class Random(private var state: Int) {
    fun below(limit: Int): Int {
        state = state xor (state shl 13)
        state = state xor (state ushr 17)
        state = state xor (state shl 5)
        return Integer.remainderUnsigned(state, limit)
    }

    fun among(ranges: List<IntRange>): Int {
        val range = ranges[below(ranges.size)]
        return range.first + below(range.last - range.first + 1)
    }
}

/** The vocabularies, settings and texts of scripts/android_golden.py, made by the same rules in the same order. */
internal object TextRules {
    const val SWEEP_BLOCK = 8192
    const val FUZZ_BLOCK = 2000

    private val special = listOf("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    private val added = listOf("<loud>", "Ångström", "new word", "漢b", "<>")
    private val written = special + added +
        listOf("[mask]", "[MASK", "[ MASK ]", "[MASK][MASK]", "<LOUD>", "ÅNGSTRÖM", "##", "##a", "\r\n", "...")
    private val alphabets = listOf(
        0x21..0x7E, 0xA1..0xFF, 0x100..0x24F, 0x370..0x3FF, 0x400..0x52F, 0x5D0..0x5EA, 0x620..0x64A,
        0x904..0x939, 0xE01..0xE3A, 0x1100..0x11FF, 0x1E00..0x1FFF, 0x3041..0x30FF, 0x4E00..0x4EFF,
        0xAC00..0xADFF, 0xF900..0xF9FF, 0xFB00..0xFB4F, 0xFF01..0xFF5E, 0x10400..0x1044F, 0x1D15E..0x1D1C0,
        0x1F300..0x1F64F, 0x20000..0x200FF, 0x2F800..0x2F8FF,
    )
    private val marks = listOf(
        0x300..0x36F, 0x591..0x5C7, 0x610..0x61A, 0x64B..0x65F, 0x900..0x903, 0x93A..0x957, 0xE31..0xE4E,
        0xF71..0xF84, 0x1DC0..0x1DFF, 0x20D0..0x20F0, 0x302A..0x302F, 0xFE0E..0xFE2F, 0x1D165..0x1D172,
    )
    private val blanks = listOf(
        0x00..0x20, 0x7F..0xA0, 0x2000..0x200F, 0x2028..0x202F, 0x205F..0x2064, 0x3000..0x3000, 0xFEFF..0xFEFF,
    )
    private val marksOfSentences = listOf(0x21..0x2F, 0x3A..0x40, 0x2010..0x2027)
    private val surrogates = 0xD800..0xDFFF

    val settings: Map<String, TokenizerSettings> = mapOf(
        "uncased" to TokenizerSettings(),
        "cased" to TokenizerSettings(lowercase = false),
        "uncased_with_accents" to TokenizerSettings(stripAccents = false),
        "cased_without_accents" to TokenizerSettings(lowercase = false, stripAccents = true),
        "not_cleaned" to TokenizerSettings(cleanText = false),
        "chinese_together" to TokenizerSettings(handleChineseChars = false, maxWordCharacters = 6),
        "added" to TokenizerSettings(
            addedTokens = listOf(
                AddedPiece("<loud>", lstrip = true, rstrip = true),
                AddedPiece("[MASK]", lstrip = true, normalized = false),
                AddedPiece("Ångström", normalized = true, special = false),
                AddedPiece("new word", singleWord = true, special = false),
                AddedPiece("漢b", normalized = true, rstrip = true, special = false),
                AddedPiece("<>", singleWord = true, normalized = true, special = false),
            ),
        ),
    )

    fun everyCharacter(): List<String> {
        val codes = (0x21 until 0x32400).filter { it !in surrogates }
        return special + codes.map(::text) + codes.filter { it < 0x20000 }.map { "##" + text(it) }
    }

    fun fuzzVocabulary(): List<String> {
        val random = Random(7)
        val pieces = LinkedHashSet(special)
        for (range in alphabets + marks) {
            for (code in range) {
                for (prefix in listOf("", "##")) if (random.below(4) != 0) pieces += prefix + text(code)
            }
        }
        repeat(4000) {
            val word = word(2 + random.below(4), random)
            pieces += if (random.below(2) != 0) word else "##$word"
        }
        return (pieces + added).toList()
    }

    fun sweepTexts(block: Int): List<String> =
        (block * SWEEP_BLOCK until (block + 1) * SWEEP_BLOCK).filter { it !in surrogates }.map(::text)
            .flatMap { listOf(it, "a${it}b", "a$it") }

    fun fuzzText(random: Random): String {
        val text = StringBuilder()
        repeat(1 + random.below(10)) {
            when (random.below(12)) {
                in 0..2 -> text.append(word(1 + random.below(8), random))
                3 -> repeat(1 + random.below(6)) {
                    val first = if (random.below(2) == 0) 0x41 else 0x61
                    text.appendCodePoint(first + random.below(26))
                }
                4, 5 -> repeat(1 + random.below(4)) { text.appendCodePoint(random.among(alphabets)) }
                6 -> {
                    text.appendCodePoint(random.among(alphabets))
                    repeat(1 + random.below(4)) { text.appendCodePoint(random.among(marks)) }
                }
                7 -> text.appendCodePoint(random.among(blanks))
                8 -> text.append(written[random.below(written.size)])
                9 -> {
                    val code = random.below(0x110000)
                    text.appendCodePoint(code)
                    if (code in surrogates) text.append('b')
                }
                10 ->
                    if (random.below(8) == 0) {
                        text.append("a".repeat(95 + random.below(10)))
                    } else {
                        text.append((0xD800 + random.below(2048)).toChar()).append('a')
                    }
                else -> text.appendCodePoint(random.among(marksOfSentences))
            }
            repeat(random.below(2)) { text.append(' ') }
        }
        return text.toString()
    }

    private fun word(length: Int, random: Random): String =
        CharArray(length) { (0x61 + random.below(8)).toChar() }.concatToString()

    private fun text(code: Int): String = String(Character.toChars(code))
}
