package dev.tfbertedge.core

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** 1,000 bundles broken in ways that a seed decides: each is refused by the one exception, with a message. */
class MalformedBundleTest {
    @TempDir
    lateinit var temporary: File

    private val sample = SampleBundle.contents()
    private val random = Random(20_261)
    private val odd: List<Any?> = listOf(
        null, true, -1, 0, 1.5, 1L shl 40, Long.MAX_VALUE, "", "x", "\u0000", emptyList<Any>(), listOf(1, null), emptyMap<String, Any>(),
        mapOf("a" to mapOf("b" to 1)), List(1000) { 1_000_000_000 }, "9".repeat(10_000),
    )

    @Test
    fun `load truncated files is refused`() = refuseAll(150) {
        val (name, content) = pick(sample)
        sample + (name to content.copyOf(random.below(content.size)))
    }

    @Test
    fun `load altered bytes is refused`() = refuseAll(150) {
        val (name, content) = pick(SampleBundle.files)
        val at = random.below(content.size)
        sample + (name to content.clone().also { it[at] = (it[at] + 1 + random.below(255)).toByte() })
    }

    @Test
    fun `load values of another type in the manifest is refused`() = refuseAll(250) {
        val places = places(SampleBundle.manifest()).filter { it.none { key -> key in FREE } && it.last() !in OPTIONAL }
        val place = places[random.below(places.size)]
        sample + (Manifest.FILE_NAME to Json.write(replaced(SampleBundle.manifest(), place, wrongFor(place))).toByteArray())
    }

    @Test
    fun `load a manifest that is no JSON is refused`() = refuseAll(150) {
        val text = String(sample.getValue(Manifest.FILE_NAME))
        val at = random.below(text.length)
        val broken = when (random.below(6)) {
            0 -> text.take(at)
            1 -> text + "}"
            2 -> text.replaceFirst("\"files\"", "\"files\": {}, \"files\"")
            3 -> "[".repeat(1 + random.below(100_000))
            4 -> text.replace("\"sequence_length\": 8", "\"sequence_length\": " + NO_NUMBERS[random.below(NO_NUMBERS.size)])
            else -> text.take(at) + "\u0001" + text.drop(at)
        }
        sample + (Manifest.FILE_NAME to broken.toByteArray())
    }

    @Test
    fun `load golden rows that do not fit is refused`() = refuseAll(100) {
        val lines = String(sample.getValue("golden.jsonl")).lines().filter { it.isNotEmpty() }
        val row = Json.parse(lines[random.below(lines.size)]) as Map<*, *>
        val name = listOf("text", "ids", "segment_ids", "mask", "outputs")[random.below(5)]
        val wrong = odd.filterNot { it is String && name == "text" }
        val broken = Json.write(row + (name to wrong[random.below(wrong.size)])) + "\n"
        rehashed(SampleBundle.files + ("golden.jsonl" to broken.toByteArray()))
    }

    @Test
    fun `load a vocabulary that does not fit is refused`() = refuseAll(50) {
        val pieces = String(sample.getValue("vocab.txt")).removeSuffix("\n").split('\n').toMutableList()
        if (random.below(2) == 0) pieces.add(random.below(pieces.size + 1), pieces[random.below(pieces.size)])
        else pieces.removeAt(random.below(5))
        rehashed(SampleBundle.files + ("vocab.txt" to pieces.joinToString("") { "$it\n" }.toByteArray()))
    }

    @Test
    fun `unpack broken zips is refused`() {
        val zip = SampleBundle.zip(sample.toList())
        val messages = (0 until 150).map { number ->
            val broken = when (random.below(4)) {
                0 -> zip.copyOf(random.below(zip.size))
                1 -> SampleBundle.zip(sample.toList() + (badName() to byteArrayOf(1)))
                2 -> SampleBundle.zip(sample.toList() + List(1 + random.below(500)) { "more$it" to byteArrayOf() })
                else -> {
                    val (name, content) = pick(SampleBundle.files)
                    SampleBundle.zip((sample + (name to content.clone().also { it[random.below(it.size)]++ })).toList())
                }
            }
            refusal(number) { unpack(broken, number) }
        }
        assertEquals(150, messages.size)
        assertEquals(emptyList<String>(), temporary.list()?.toList(), "refused zips leave nothing behind")
    }

    @Test
    fun `unpack zips with any byte altered is refused or gives the same files`() {
        val zip = SampleBundle.zip(sample.toList())
        repeat(500) { number ->
            val folder = File(temporary, "any$number")
            try {
                val broken = zip.clone().also { it[random.below(it.size)] = random.below(256).toByte() }
                val bundle = Bundle.unpack(broken.inputStream(), folder)
                load(bundle)
                assertEquals(SampleBundle.files.keys, bundle.manifest.files.keys)
                folder.deleteRecursively()
            } catch (error: BundleException) {
                assertTrue(error.message.orEmpty().length > 20)
            }
        }
    }

    private fun refuseAll(count: Int, broken: () -> Map<String, ByteArray>) {
        for (number in 0 until count) {
            val contents = broken()
            val folder = File(temporary, "$number")
            refusal(number) { load(Bundle.open(SampleBundle.write(contents, folder))) }
            folder.deleteRecursively()
        }
    }

    /** What an app does before it runs a model. */
    private fun load(bundle: Bundle) {
        bundle.tokenizer()
        GoldenRow.read(bundle).forEach { check(it.text.length >= 0) }
        EvalExample.read(bundle)
    }

    private fun unpack(zip: ByteArray, number: Int) = load(Bundle.unpack(zip.inputStream(), File(temporary, "zip$number")))

    private fun refusal(number: Int, load: () -> Unit): String {
        try {
            load()
        } catch (error: BundleException) {
            val message = error.message.orEmpty()
            assertTrue(message.length in 20..5000 && message.endsWith(".")) { "$number: $message" }
            return message
        }
        throw AssertionError("the broken bundle $number was taken")
    }

    private fun rehashed(files: Map<String, ByteArray>) = SampleBundle.contents(files)

    private fun pick(files: Map<String, ByteArray>) = files.toList()[random.below(files.size)]

    private fun badName() = listOf("../x", "/x", "a/b", "..\\x", "..", "x/", "../../etc/x", "c:\\x")[random.below(8)]

    /** Every place in the manifest: the names and positions that lead to it. */
    private fun places(value: Any?, above: List<Any> = emptyList()): List<List<Any>> = when (value) {
        is Map<*, *> -> value.flatMap { (key, item) -> listOf(above + key.toString()) + places(item, above + key.toString()) }
        is List<*> -> value.flatMapIndexed { index, item -> listOf(above + index) + places(item, above + index) }
        else -> emptyList()
    }

    private fun replaced(value: Any?, place: List<Any>, by: Any?): Any? {
        if (place.isEmpty()) return by
        val rest = place.drop(1)
        return when (val key = place[0]) {
            is Int -> (value as List<*>).mapIndexed { index, item -> if (index == key) replaced(item, rest, by) else item }
            else -> (value as Map<*, *>).mapValues { (name, item) -> if (name == key) replaced(item, rest, by) else item }
        }
    }

    private fun wrongFor(place: List<Any>): Any? {
        val now = place.fold(SampleBundle.manifest() as Any?) { value, key ->
            if (key is Int) (value as List<*>)[key] else (value as Map<*, *>)[key]
        }
        val wrong = odd.filter { candidate ->
            when (now) {
                is Number -> candidate !is Number
                is String -> candidate !is String
                is List<*> -> candidate !is List<*> || candidate.size == 1000
                is Map<*, *> -> candidate !is Map<*, *> || "a" in candidate
                else -> candidate !is Boolean
            }
        }
        return wrong[random.below(wrong.size)]
    }

    private companion object {
        val NO_NUMBERS = listOf("NaN", "1e999", "0x8", "08", "8.", "+8", "\u0668", "8e", "-", "9223372036854775808")

        /** Figures are any JSON. */
        val FREE = setOf("figures")

        /** Fields of which null says that there is none. */
        val OPTIONAL = setOf("value_range", "strip_accents", "role", "thresholds")
    }
}
