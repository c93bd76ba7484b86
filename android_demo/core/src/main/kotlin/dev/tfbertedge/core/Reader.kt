package dev.tfbertedge.core

/** The real outputs of one row: a tensor each, in the order of [Reader.outputs], the last axis fastest. */
internal typealias RowOutputs = List<FloatArray>

/**
 * One task's way from text to rows of pieces, and from the model's outputs for these rows to an answer; the same as the
 * reader of that task in Python.
 */
internal abstract class Reader(protected val manifest: Manifest) {
    /** The names of the model's outputs, in the order in which [answer] takes them. */
    open val outputs: List<String> = listOf("scores")

    /** Whether an example is two texts; null where it may be either. */
    open val paired: Boolean? = null

    /**
     * Reads one example as rows: one, or the windows of a text that is longer than the model.
     *
     * @throws IllegalArgumentException there is no room for it, or a text is missing.
     */
    open fun rows(text: String, pair: String?, tokenizer: Tokenizer): List<Encoding> =
        listOf(tokenizer.encode(text, pair, manifest.sequenceLength))

    /**
     * The answer of one example.
     *
     * @param rows what [rows] gave for it; [outputs] has the outputs of each.
     * @param topK how many alternatives to list, where the answer has any; null for the task's default.
     */
    abstract fun answer(text: String, pair: String?, rows: List<Encoding>, outputs: List<RowOutputs>, topK: Int?): Result

    /** How many numbers the last axis of the output [name] must have; null where any number will do. */
    open fun width(name: String): Int? = manifest.labels.size

    /**
     * The place in the manifest's outputs of each of [outputs].
     *
     * @throws BundleException an output is missing, or has another width than the labels ask for.
     */
    fun order(): List<Int> {
        val names = manifest.outputs.map { it.name }
        val order = when {
            names.size == 1 && outputs.size == 1 -> listOf(0)
            names.sorted() == outputs.sorted() -> outputs.map(names::indexOf)
            else -> throw BundleException(
                "the model must have the outputs ${outputs.joinToString()}; it has: ${names.joinToString()}. Get the bundle again.",
            )
        }
        for ((name, place) in outputs.zip(order)) {
            val needed = width(name)
            val found = manifest.outputs[place].shape.lastOrNull()
            if (needed != null && (found != needed || needed == 0)) {
                throw BundleException(
                    "the model gives $found numbers, a ${manifest.task} with these labels needs $needed. Get the bundle again.",
                )
            }
        }
        return order
    }

    /** Refuses one text where the task has two, or two where it has one. */
    fun checkPair(pair: String?) {
        val wanted = paired ?: return
        require(wanted == (pair != null)) {
            val (takes, was) = if (wanted) "two texts" to "one" else "one text" to "two"
            "a ${manifest.task} bundle takes $takes an answer, there were $was."
        }
    }
}
