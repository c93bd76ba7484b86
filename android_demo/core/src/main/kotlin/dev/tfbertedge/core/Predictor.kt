package dev.tfbertedge.core

/**
 * One answered text, with every step on the way.
 *
 * @property ids the model's input, padded; as are [segmentIds] and [mask].
 * @property raw the outputs as the model wrote them.
 * @property tokenizeNanos time for text to ids; [inferenceNanos] for the model alone, [decodeNanos] for outputs to answer.
 */
class Prediction(
    val ids: IntArray,
    val segmentIds: IntArray,
    val mask: IntArray,
    val raw: List<RawOutput>,
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

    init {
        if (!alike(model.inputs, manifest.inputs) || !alike(model.outputs, manifest.outputs)) {
            throw BundleException(
                "the tensors of the model are not those of the manifest: ${model.inputs} and ${model.outputs}, " +
                    "not ${manifest.inputs} and ${manifest.outputs}. Get the bundle again.",
            )
        }
    }

    /**
     * Answers one text, or a pair. What is longer than the model's sequence is cut.
     *
     * @param topK how many labels a classification lists; null for all.
     */
    fun predict(text: String, pair: String? = null, topK: Int? = null): Prediction {
        val started = System.nanoTime()
        val length = manifest.sequenceLength
        val encoding = tokenizer.encode(text, pair, length)
        val ids = encoding.ids.copyOf(length)
        ids.fill(tokenizer.padId, encoding.size, length)
        val segmentIds = encoding.segmentIds.copyOf(length)
        val mask = IntArray(length)
        mask.fill(1, 0, encoding.size)
        val tokenized = System.nanoTime()
        val raw = model.run(ids, segmentIds, mask)
        val inferred = System.nanoTime()
        val result = decode(raw, topK)
        val decoded = System.nanoTime()
        return Prediction(ids, segmentIds, mask, raw, result, tokenized - started, inferred - tokenized, decoded - inferred)
    }

    /** Turns the raw outputs of one example into the answer. */
    fun decode(raw: List<RawOutput>, topK: Int? = null): Result {
        val outputs = raw[0].dequantize(manifest.outputs[0])
        return when (manifest.task) {
            "classification" -> Decoders.classification(outputs, manifest.labels, topK)
            "regression" -> Decoders.regression(outputs)
            else -> throw BundleException("the task ${manifest.task} has no decoder here. Update the app.")
        }
    }

    private fun alike(model: List<TensorInfo>, manifest: List<TensorInfo>): Boolean =
        model.map { it.copy(role = null) } == manifest.map { it.copy(role = null) }
}
