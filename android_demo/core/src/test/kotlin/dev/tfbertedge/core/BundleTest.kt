package dev.tfbertedge.core

import java.io.File
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class BundleTest {
    @TempDir
    lateinit var temporary: File

    private fun refused(contents: Map<String, ByteArray>, folder: String = "bundle"): String =
        assertThrows(BundleException::class.java) { Bundle.open(SampleBundle.write(contents, File(temporary, folder))) }
            .message.orEmpty()

    private fun refusedZip(zip: ByteArray): String {
        val folder = File(temporary, "unpacked")
        val message = assertThrows(BundleException::class.java) { Bundle.unpack(zip.inputStream(), folder) }.message
        assertEquals(emptyList<String>(), temporary.list()?.toList(), "a refused zip leaves nothing behind")
        return message.orEmpty()
    }

    @Test
    fun `open a folder reads manifest and files`() {
        val contents = SampleBundle.contents() + (".DS_Store" to byteArrayOf(1))
        val bundle = Bundle.open(SampleBundle.write(contents, File(temporary, "bundle")))

        assertEquals("classification", bundle.manifest.task)
        assertEquals(listOf("negative", "positive"), bundle.lines("labels.txt"))
        assertEquals(TensorInfo("scores", "uint8", listOf(1, 2), 0.00390625f, 0, null), bundle.manifest.outputs.single())
        assertArrayEquals(intArrayOf(2, 5, 7, 8, 9, 3), bundle.tokenizer().encode("Good films.").ids)
        assertEquals(listOf("good films.", "bad"), GoldenRow.read(bundle).map { it.text }.toList())
    }

    @Test
    fun `unpack a zip gives the same bundle and leaves no other file`() {
        val zip = SampleBundle.zip(SampleBundle.contents().toList())
        val bundle = Bundle.unpack(zip.inputStream(), File(temporary, "bundle"))

        assertEquals(SampleBundle.files.keys, bundle.manifest.files.keys)
        assertArrayEquals(SampleBundle.files["model.tflite"], bundle.open("model.tflite").use { it.readBytes() })
        assertEquals(listOf("bundle"), temporary.list()?.toList())
    }

    @Test
    fun `unpack into a folder that is there leaves it alone`() {
        val kept = SampleBundle.write(mapOf("mine.txt" to byteArrayOf(1)), File(temporary, "bundle"))
        val zip = SampleBundle.zip(SampleBundle.contents().toList())

        assertThrows(BundleException::class.java) { Bundle.unpack(zip.inputStream(), kept) }
        assertTrue(File(kept, "mine.txt").isFile)
    }

    @Test
    fun `open a file that the manifest does not list is refused`() {
        val bundle = Bundle.open(SampleBundle.write(SampleBundle.contents(), File(temporary, "bundle")))
        assertThrows(BundleException::class.java) { bundle.open("../bundle/model.tflite") }
        assertThrows(BundleException::class.java) { bundle.lines("manifest.json") }
    }

    @Test
    fun `open differing files names each`() {
        val contents = SampleBundle.contents()
        val altered = "vocab.txt" to checkNotNull(contents["vocab.txt"]).clone().also { it[0]++ }
        val longer = "model.tflite" to checkNotNull(contents["model.tflite"]) + 0

        val message = refused(contents + altered + longer)
        assertTrue("vocab.txt was altered" in message && "model.tflite must have 3000 bytes" in message) { message }
        val others = refused(contents - "README.md" + ("more.txt" to byteArrayOf()), "others")
        assertTrue("README.md is missing" in others && "more.txt is not of this bundle" in others) { others }
    }

    @Test
    fun `open a newer schema says to update`() {
        val manifest = SampleBundle.manifest() + ("schema_version" to Manifest.SCHEMA_VERSION + 1) + ("new" to 1)
        assertTrue("Update the app" in refused(SampleBundle.contents(manifest = Json.write(manifest))))
    }

    @Test
    fun `open labels that differ from the manifest is refused`() {
        val files = SampleBundle.files + ("labels.txt" to "positive\nnegative\n".toByteArray())
        assertTrue("labels.txt and the labels" in refused(SampleBundle.contents(files)))
    }

    @Test
    fun `open text that is not UTF-8 is refused`() {
        for ((index, bytes) in listOf("ff", "c080", "eda080", "f4908080", "e282").withIndex()) {
            val broken = bytes.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
            val files = SampleBundle.files + ("vocab.txt" to SampleBundle.files.getValue("vocab.txt") + broken)
            val bundle = Bundle.open(SampleBundle.write(SampleBundle.contents(files), File(temporary, "b$index")))
            val error = assertThrows(BundleException::class.java) { bundle.tokenizer() }
            assertTrue("vocab.txt must be UTF-8" in error.message.orEmpty())
        }
    }

    @Test
    fun `unpack paths that leave the folder is refused`() {
        for (name in listOf("../escaped.txt", "/tmp/escaped.txt", "a/b.txt", "..\\escaped.txt", "..", ".", "folder/")) {
            val zip = SampleBundle.zip(SampleBundle.contents().toList() + (name to byteArrayOf(1)))
            assertFalse(refusedZip(zip).isEmpty(), name)
        }
        assertFalse(File(temporary.parentFile, "escaped.txt").exists())
    }

    @Test
    fun `unpack a file that swells beyond its record is refused before it does`() {
        val contents = SampleBundle.contents().toMutableMap()
        contents["README.md"] = ByteArray(200 shl 20) // Zeros: a zip of a fifth of a MiB.
        assertTrue("README.md must have at most 11 bytes" in refusedZip(SampleBundle.zip(contents.toList())))
    }

    @Test
    fun `unpack what is no zip is refused`() {
        for (bytes in listOf(ByteArray(0), ByteArray(100), "PK\u0005\u0006".toByteArray(), "text".toByteArray())) {
            assertFalse(refusedZip(bytes).isEmpty())
        }
    }
}
