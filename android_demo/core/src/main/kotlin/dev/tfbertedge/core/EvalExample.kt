package dev.tfbertedge.core

/**
 * A labelled example of `eval.jsonl`.
 *
 * @property label as the file has it: a String, or a Long or Double.
 */
class EvalExample(val id: String, val text: String, val pair: String?, val label: Any?) {
    companion object {
        /** The file in a bundle that holds the examples, if any. */
        const val FILE_NAME: String = "eval.jsonl"

        /** Reads the examples of a bundle; none where it has no such file. */
        fun read(bundle: Bundle): List<EvalExample> {
            if (!bundle.has(FILE_NAME)) return emptyList()
            return bundle.lines(FILE_NAME).mapIndexed { index, line -> parse(line, "$FILE_NAME, row ${index + 1}") }
        }

        private fun parse(line: String, where: String): EvalExample {
            val row = try {
                Fields(Json.parse(line), where)
            } catch (error: JsonException) {
                throw BundleException("$where is damaged: ${error.message}. Get the bundle again.", error)
            }
            return EvalExample(
                id = row["id"]?.toString().orEmpty(),
                text = row.string("text"),
                pair = row["text_pair"]?.let { string(it, "$where.text_pair") },
                label = row["label"],
            )
        }
    }
}
