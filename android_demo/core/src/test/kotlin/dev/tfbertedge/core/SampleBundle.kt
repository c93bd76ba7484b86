package dev.tfbertedge.core

import java.io.ByteArrayOutputStream
import java.io.File
import java.security.MessageDigest
import java.util.zip.ZipEntry
import java.util.zip.ZipOutputStream

/** A good bundle made in memory, whose model nobody runs, and the ways to write it. */
internal object SampleBundle {
    private val tokens = listOf("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "##s", ".")

    val files: Map<String, ByteArray> = mapOf(
        "model.tflite" to ByteArray(3000) { (it * 7).toByte() },
        "vocab.txt" to tokens.joinToString("") { "$it\n" }.toByteArray(),
        "labels.txt" to "negative\npositive\n".toByteArray(),
        "golden.jsonl" to (golden("good films.", listOf(2, 5, 7, 8, 9, 3, 0, 0), 6) + golden("bad", listOf(2, 6, 3, 0, 0, 0, 0, 0), 3))
            .toByteArray(),
        "README.md" to "# A bundle\n".toByteArray(),
        "eval.jsonl" to "{\"id\": \"1\", \"text\": \"good film\", \"label\": \"positive\"}\n".toByteArray(),
    )

    private fun golden(text: String, ids: List<Int>, size: Int): String {
        val answer = ClassificationResult(
            "positive", 0.75f, listOf(LabelScore("positive", 0.75f), LabelScore("negative", 0.25f)),
        )
        return Json.write(
            mapOf(
                "text" to text, "ids" to ids, "segment_ids" to List(8) { 0 }, "mask" to List(8) { if (it < size) 1 else 0 },
                "outputs" to listOf(listOf(64, 192)), "answer" to answer.toJson(),
            ),
        ) + "\n"
    }

    /** The manifest of [files], as plain values. */
    fun manifest(files: Map<String, ByteArray> = this.files): Map<String, Any?> = linkedMapOf(
        "schema_version" to 2,
        "task" to "classification",
        "labels" to listOf("negative", "positive"),
        "form" to "int8",
        "sequence_length" to 8,
        "inputs" to listOf("ids", "segment_ids", "mask").map { tensor(it, "int32", listOf(1, 8), 0.0, it) },
        "outputs" to listOf(tensor("scores", "uint8", listOf(1, 2), 0.00390625, null)),
        "tokenizer" to mapOf("lowercase" to true, "strip_accents" to null, "max_length" to 8, "added_tokens" to emptyList<Any>()),
        "value_range" to null,
        "thresholds" to emptyMap<String, Any>(),
        "figures" to mapOf("metrics" to mapOf("accuracy" to 0.5)),
        "runtimes" to mapOf("xnnpack" to true),
        "files" to files.mapValues { (_, content) -> mapOf("sha256" to sha256(content), "size_bytes" to content.size) },
        "produced_by" to mapOf("tfbert-edge" to "0.1.0"),
    )

    private fun tensor(name: String, dtype: String, shape: List<Int>, scale: Double, role: String?): Map<String, Any?> =
        linkedMapOf("name" to name, "dtype" to dtype, "shape" to shape, "scale" to scale, "zero_point" to 0, "role" to role)

    private fun sha256(content: ByteArray): String =
        MessageDigest.getInstance("SHA-256").digest(content).joinToString("") { "%02x".format(it) }

    /** [files] and their manifest, or another one. */
    fun contents(
        files: Map<String, ByteArray> = this.files,
        manifest: String = Json.write(manifest(files)),
    ): Map<String, ByteArray> =
        files + (Manifest.FILE_NAME to manifest.toByteArray())

    fun zip(contents: List<Pair<String, ByteArray>>): ByteArray {
        val bytes = ByteArrayOutputStream()
        ZipOutputStream(bytes).use { zip ->
            for ((name, content) in contents) {
                zip.putNextEntry(ZipEntry(name))
                zip.write(content)
            }
        }
        return bytes.toByteArray()
    }

    fun write(contents: Map<String, ByteArray>, folder: File): File {
        folder.mkdirs()
        for ((name, content) in contents) File(folder, name).writeBytes(content)
        return folder
    }
}
