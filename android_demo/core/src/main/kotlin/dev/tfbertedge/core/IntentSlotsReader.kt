package dev.tfbertedge.core

import kotlin.math.exp
import kotlin.math.round

/**
 * What a request wants (its intent) and the parts of it that say more (its slots), from one model.
 *
 * The labels are the intents, of which `settings.intents` says how many there are, and then the slots' tags, in IOB2. A text is
 * read in windows; the intent is read from the mean of their logits, slots as [Entities.read] reads them.
 */
internal class IntentSlotsReader(manifest: Manifest) : Reader(manifest) {
    override val outputs: List<String> = listOf("intent", "slots")
    override val paired: Boolean = false

    private val intents: List<String>
    private val tags: List<String>

    init {
        val count = settingsOf(manifest).long("intents", 1L, manifest.labels.size.toLong()).toInt()
        intents = manifest.labels.take(count)
        tags = manifest.labels.drop(count)
    }

    override fun width(name: String): Int = if (name == "intent") intents.size else tags.size

    override fun rows(text: String, pair: String?, tokenizer: Tokenizer): List<Encoding> =
        TextWindows.of(text, tokenizer, manifest.sequenceLength)

    override fun answer(
        text: String,
        pair: String?,
        rows: List<Encoding>,
        outputs: List<RowOutputs>,
        topK: Int?,
    ): IntentSlotsResult {
        val logits = DoubleArray(intents.size) { at -> outputs.sumOf { it[0][at].toDouble() } / outputs.size }
        val scores = labelScores(probabilities(logits), intents, topK)
        return IntentSlotsResult(scores[0].label, scores[0].score, scores, Entities.read(text, rows, outputs.map { it[1] }, tags))
    }

    /** Softmax, rounded as Python rounds it, so that sums in another order decide no tie. */
    private fun probabilities(logits: DoubleArray): FloatArray {
        val highest = logits.fold(Double.NEGATIVE_INFINITY, ::maxOf)
        val sum = logits.sumOf { exp(it - highest) }
        return FloatArray(logits.size) { (round(exp(logits[it] - highest) / sum * 1e6) / 1e6).toFloat() }
    }
}
