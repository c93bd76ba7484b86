package dev.tfbertedge.core

/** Hash and size of one file of a bundle. */
data class FileRecord(val sha256: String, val sizeBytes: Long)

/**
 * An input or output of the model: real value = (raw - zeroPoint) * scale, where scale is not 0.
 *
 * @property dtype float32, float16, int8, uint8, int16 or int32.
 * @property role ids, segment_ids or mask of an input; null of an output.
 */
data class TensorInfo(
    val name: String,
    val dtype: String,
    val shape: List<Int>,
    val scale: Float = 0f,
    val zeroPoint: Int = 0,
    val role: String? = null,
) {
    /** How many numbers the tensor holds. */
    val size: Int get() = shape.fold(1) { product, length -> product * length }
}

/** A piece that is looked for in the text before it is split into words. */
data class AddedPiece(
    val content: String,
    val singleWord: Boolean = false,
    val lstrip: Boolean = false,
    val rstrip: Boolean = false,
    val normalized: Boolean = false,
    val special: Boolean = true,
)

/**
 * Everything beside the vocabulary that decides the ids.
 *
 * @property stripAccents null strips them exactly when [lowercase] is set, as BERT does.
 * @property maxLength the longest sequence, in pieces with [CLS] and [SEP].
 * @property stride pieces that neighbouring windows of a long text share; 0 where texts are cut instead.
 * @property maxWordCharacters a longer word is unknown as a whole.
 * @property cleanText removes control characters and turns every white space into a blank.
 * @property addedTokens pieces found in the text before WordPiece sees it, beyond the five special tokens.
 */
data class TokenizerSettings(
    val lowercase: Boolean = true,
    val stripAccents: Boolean? = null,
    val handleChineseChars: Boolean = true,
    val unkToken: String = "[UNK]",
    val clsToken: String = "[CLS]",
    val sepToken: String = "[SEP]",
    val padToken: String = "[PAD]",
    val maskToken: String = "[MASK]",
    val maxLength: Int = 512,
    val stride: Int = 0,
    val maxWordCharacters: Int = 100,
    val cleanText: Boolean = true,
    val addedTokens: List<AddedPiece> = emptyList(),
) {
    /** Padding, unknown, start, separator and mask token. */
    val specialTokens: List<String> get() = listOf(padToken, unkToken, clsToken, sepToken, maskToken)
}

/**
 * What every consumer of a bundle reads first: `manifest.json`.
 *
 * @property task a name in [TASKS].
 * @property labels in the order of the outputs; empty where the task has none.
 * @property form float32, float16, dynamic, int8, int4 or int16x8.
 * @property sequenceLength pieces that the model takes.
 * @property inputs tensors in the file's order.
 * @property outputs tensors in the file's order.
 * @property valueRange lowest and highest value of a regression, null for another task.
 * @property settings what else the task's reading and decoding depend on, plain JSON values by name.
 * @property thresholds by name, for applications that accept an answer only above a score.
 * @property figures what was measured, plain JSON values by name.
 * @property runtimes by kernel set of LiteRT (xnnpack, builtin, reference), whether it runs the golden inputs right.
 * @property files every file of the bundle but the manifest itself.
 * @property producedBy versions of what made the bundle.
 */
data class Manifest(
    val schemaVersion: Int,
    val task: String,
    val labels: List<String>,
    val form: String,
    val sequenceLength: Int,
    val inputs: List<TensorInfo>,
    val outputs: List<TensorInfo>,
    val tokenizer: TokenizerSettings,
    val valueRange: Pair<Double, Double>?,
    val settings: Map<String, Any?>,
    val thresholds: Map<String, Double>,
    val figures: Map<String, Any?>,
    val runtimes: Map<String, Boolean>,
    val files: Map<String, FileRecord>,
    val producedBy: Map<String, String>,
) {
    companion object {
        /** The newest schema that is read here. */
        const val SCHEMA_VERSION: Int = 3

        /** The file that holds the manifest. */
        const val FILE_NAME: String = "manifest.json"

        /** Files that every bundle has. */
        val REQUIRED_FILES: List<String> = listOf("model.tflite", "vocab.txt", "golden.jsonl", "README.md")

        /**
         * Reads the text of a manifest.
         *
         * @throws BundleException no JSON, damaged, of an unknown task or of a newer schema.
         */
        fun parse(text: String): Manifest = ManifestReader.read(text)
    }
}
