package dev.tfbertedge.core

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.security.MessageDigest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory

/**
 * Ids, segment ids and offsets against the Hugging Face library, by the digests that scripts/android_golden.py writes:
 * every code point in three places, and fuzzed texts, pairs and windows.
 */
class TokenizerDigestTest {
    private class Row(val kind: String, val settings: String, val block: Int, val digest: String)

    private val rows: List<Row> = checkNotNull(javaClass.getResource("/tokenizer_digests.txt")).readText()
        .lines().filter { it.isNotEmpty() && !it.startsWith("#") }
        .map { line -> line.split(' ').let { Row(it[0], it[1], it[2].toInt(), it[3]) } }

    @TestFactory
    fun `encode every code point alone and in words equals the library`(): List<DynamicTest> =
        tests("sweep", TextRules.everyCharacter(), 136, ::sweep)

    @TestFactory
    fun `encode fuzzed texts equals the library`(): List<DynamicTest> =
        tests("fuzz", TextRules.fuzzVocabulary(), 5, ::fuzz)

    @TestFactory
    fun `encode cut pairs equals the library`(): List<DynamicTest> = tests("pairs", TextRules.fuzzVocabulary(), 2, ::pairs)

    @TestFactory
    fun `encode windows of texts and of pairs equals the library`(): List<DynamicTest> =
        tests("windows", TextRules.fuzzVocabulary(), 2, ::windows)

    private fun tests(
        kind: String,
        vocabulary: List<String>,
        leastBlocks: Int,
        encode: (Tokenizer, Int, Digest) -> Unit,
    ): List<DynamicTest> = rows.filter { it.kind == kind }.groupBy { it.settings }.map { (name, blocks) ->
        dynamicTest("$kind $name") {
            check(blocks.size >= leastBlocks) { "only ${blocks.size} blocks are kept." }
            val tokenizer = Tokenizer(vocabulary, TextRules.settings.getValue(name))
            val wrong = blocks.filter { row -> Digest().also { encode(tokenizer, row.block, it) }.text() != row.digest }
            assertEquals(emptyList<Int>(), wrong.map { it.block }, "blocks of $kind $name that differ from the library")
        }
    }

    private fun sweep(tokenizer: Tokenizer, block: Int, digest: Digest) {
        for (text in TextRules.sweepTexts(block)) digest.add(tokenizer.encode(text), text, null)
    }

    private fun fuzz(tokenizer: Tokenizer, block: Int, digest: Digest) {
        val random = Random(1000 + block)
        repeat(TextRules.FUZZ_BLOCK) {
            val text = TextRules.fuzzText(random)
            digest.add(tokenizer.encode(text), text, null)
        }
    }

    private fun pairs(tokenizer: Tokenizer, block: Int, digest: Digest) {
        val random = Random(2000 + block)
        repeat(TextRules.FUZZ_BLOCK) {
            val text = TextRules.fuzzText(random)
            val pair = TextRules.fuzzText(random)
            digest.add(tokenizer.encode(text, pair, maxLength = 3 + random.below(40)), text, pair)
        }
    }

    private fun windows(tokenizer: Tokenizer, block: Int, digest: Digest) {
        val random = Random(3000 + block)
        repeat(TextRules.FUZZ_BLOCK) {
            val text = TextRules.fuzzText(random)
            val pair = TextRules.fuzzText(random)
            val stride = random.below(5)
            val room = 1 + random.below(12)
            val alone = tokenizer.encodeWindows(text, maxLength = 2 + stride + room, stride = stride)
            for (window in alone) digest.add(window, text, null)
            val whole = tokenizer.encode(text).size
            val paired = tokenizer.encodeWindows(text, pair, maxLength = whole + 1 + stride + room, stride = stride)
            for (window in paired) digest.add(window, text, pair)
        }
    }

    /** SHA-256 over size, ids, segment ids and offsets in code points, as little-endian 32-bit integers. */
    private class Digest {
        private val sha = MessageDigest.getInstance("SHA-256")

        fun add(encoding: Encoding, text: String, pair: String?) {
            val numbers = ByteBuffer.allocate(4 + 16 * encoding.size).order(ByteOrder.LITTLE_ENDIAN)
            numbers.putInt(encoding.size)
            encoding.ids.forEach(numbers::putInt)
            encoding.segmentIds.forEach(numbers::putInt)
            val offsets = listOf(CodePointOffsets(text), pair?.let(::CodePointOffsets))
            for (index in 0 until encoding.size) {
                val own = checkNotNull(offsets[encoding.segmentIds[index]])
                numbers.putInt(own.of(encoding.starts[index])).putInt(own.of(encoding.ends[index]))
            }
            sha.update(numbers.array())
        }

        fun text(): String = sha.digest().joinToString("") { "%02x".format(it) }.take(16)
    }
}
