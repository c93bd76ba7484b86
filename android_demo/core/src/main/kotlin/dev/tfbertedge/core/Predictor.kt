package dev.tfbertedge.core

/** One run of the model: its padded inputs, and the outputs as the model wrote them, in the order of the manifest. */
class PredictedRow(val ids: IntArray, val segmentIds: IntArray, val mask: IntArray, val raw: List<RawOutput>)

/**
 * One answered text, with every step on the way.
 *
 * @property rows one, or one for each window of a text that is longer than the model.
 * @property tokenizeNanos time for text to ids; [inferenceNanos] for the model alone, all rows together; [decodeNanos] for
 *   outputs to answer.
 */
class Prediction(
    val rows: List<PredictedRow>,
    val result: Result,
    val tokenizeNanos: Long,
    val inferenceNanos: Long,
    val decodeNanos: Long,
)

/**
 * Text in, answer out, from a bundle and whatever runs its model. Not for two threads at once.
 *
 * @throws BundleException the model's tensors are not those of the manifest, or the tokenizer cannot be made.
 */
class Predictor(bundle: Bundle, private val model: EdgeModel) {
    /** What the bundle says of itself. */
    val manifest: Manifest = bundle.manifest

    /** The tokenizer of the bundle. */
    val tokenizer: Tokenizer = bundle.tokenizer()

    private val reader: Reader = reader(manifest)
    private val order: List<Int> = reader.order()

    /** Whether an example is two texts, as a question and its context; null where it may be either. */
    val paired: Boolean? get() = reader.paired

    init {
        if (!alike(model.inputs, manifest.inputs) || !alike(model.outputs, manifest.outputs)) {
            throw BundleException(
                "the tensors of the model are not those of the manifest: ${model.inputs} and ${model.outputs}, " +
                    "not ${manifest.inputs} and ${manifest.outputs}. Get the bundle again.",
            )
        }
    }

    /**
     * Answers one text, or a pair. What is longer than the model's sequence is cut or read in windows, as the task has it.
     *
     * @param topK how many alternatives to list, where the answer has any; null for all, or one answer alone.
     * @param beforeRow called before each run of the model; it may throw to cancel.
     * @throws IllegalArgumentException the task wants a second text, or none.
     */
    fun predict(text: String, pair: String? = null, topK: Int? = null, beforeRow: () -> Unit = {}): Prediction {
        reader.checkPair(pair)
        val started = System.nanoTime()
        val encodings = reader.rows(text, pair, tokenizer)
        val inputs = encodings.map(::padded)
        val tokenized = System.nanoTime()
        var inferenceNanos = 0L
        val rows = inputs.map { (ids, segmentIds, mask) ->
            beforeRow()
            val begun = System.nanoTime()
            val raw = model.run(ids, segmentIds, mask)
            inferenceNanos += System.nanoTime() - begun
            PredictedRow(ids, segmentIds, mask, raw)
        }
        val inferred = System.nanoTime()
        val result = answer(text, pair, encodings, rows.map { it.raw }, topK)
        return Prediction(rows, result, tokenized - started, inferenceNanos, System.nanoTime() - inferred)
    }

    /**
     * Turns the raw outputs of one text, for each of its rows, into the answer.
     *
     * @throws BundleException these are not as many rows as the text has.
     */
    fun decode(text: String, pair: String?, raw: List<List<RawOutput>>, topK: Int? = null): Result {
        val encodings = reader.rows(text, pair, tokenizer)
        if (encodings.size != raw.size) {
            throw BundleException("the text has ${encodings.size} rows of pieces, there are outputs of ${raw.size}.")
        }
        return answer(text, pair, encodings, raw, topK)
    }

    private fun answer(text: String, pair: String?, rows: List<Encoding>, raw: List<List<RawOutput>>, topK: Int?): Result =
        reader.answer(text, pair, rows, raw.map { outputs -> order.map { outputs[it].dequantize(manifest.outputs[it]) } }, topK)

    private fun padded(encoding: Encoding): Triple<IntArray, IntArray, IntArray> {
        val length = manifest.sequenceLength
        val ids = encoding.ids.copyOf(length)
        ids.fill(tokenizer.padId, encoding.size, length)
        val mask = IntArray(length)
        mask.fill(1, 0, encoding.size)
        return Triple(ids, encoding.segmentIds.copyOf(length), mask)
    }

    private fun alike(model: List<TensorInfo>, manifest: List<TensorInfo>): Boolean =
        model.map { it.copy(role = null) } == manifest.map { it.copy(role = null) }
}
