package dev.tfbertedge.demo

import android.graphics.Typeface
import android.text.SpannableString
import android.text.Spanned
import android.text.style.BackgroundColorSpan
import android.text.style.StyleSpan
import android.view.LayoutInflater
import android.view.ViewGroup
import android.widget.ProgressBar
import android.widget.TextView
import dev.tfbertedge.core.Answer
import dev.tfbertedge.core.ClassificationResult
import dev.tfbertedge.core.EmbeddingResult
import dev.tfbertedge.core.EntitiesResult
import dev.tfbertedge.core.IntentSlotsResult
import dev.tfbertedge.core.LabelScore
import dev.tfbertedge.core.MultiLabelResult
import dev.tfbertedge.core.RegressionResult
import dev.tfbertedge.core.SummaryResult
import dev.tfbertedge.core.TextRange
import kotlin.math.roundToInt

/** An answer of any task: bars of labels, or the text with what was found in it marked. */
class AnswerView(private val into: ViewGroup) {
    private val context = into.context

    fun draw(answered: Answered.Ready) {
        when (val answer = answered.prediction.result) {
            is ClassificationResult -> answer.scores.forEach { addScore(it, it.label == answer.label) }
            is EmbeddingResult -> into.addText(R.style.Heading, value(answer))
            is IntentSlotsResult -> {
                answer.scores.forEach { addScore(it, it.label == answer.intent) }
                addEntities(answered.text, EntitiesResult(answer.slots))
            }
            is MultiLabelResult -> addLabels(answer)
            is RegressionResult -> into.addText(R.style.Heading, value(answer))
            is EntitiesResult -> addEntities(answered.text, answer)
            is Answer -> addAnswer(answered.pair.orEmpty(), answer)
            is SummaryResult -> addMarked(answered.text, answer.sentences.map { it.range })
        }
    }

    private fun addLabels(answer: MultiLabelResult) {
        if (answer.labels.isEmpty()) into.addText(R.style.Heading, context.getString(R.string.no_label))
        answer.scores.forEach { addScore(it, it.label in answer.labels) }
    }

    private fun addEntities(text: String, answer: EntitiesResult) {
        if (answer.entities.isEmpty()) into.addText(R.style.Heading, context.getString(R.string.no_entity))
        addMarked(text, answer.entities.map { it.range })
        for (entity in answer.entities) {
            into.addText(R.style.Body, context.getString(R.string.entity, entity.text, entity.type, 100 * entity.score))
        }
    }

    private fun addAnswer(context: String, answer: Answer) {
        val none = this.context.getString(R.string.no_answer)
        into.addText(R.style.Heading, answer.answer.ifEmpty { none })
        addMarked(context, listOf(answer.range))
    }

    private fun addScore(score: LabelScore, chosen: Boolean) {
        val row = LayoutInflater.from(context).inflate(R.layout.row_score, into, false)
        val percent = 100.0 * score.score
        val label = row.need<TextView>(R.id.label)
        label.text = score.label
        if (chosen) label.setTypeface(label.typeface, Typeface.BOLD)
        row.need<TextView>(R.id.score).text = context.getString(R.string.percent, percent)
        row.need<ProgressBar>(R.id.bar).progress = (1000 * score.score).roundToInt()
        val description = if (chosen) R.string.chosen_description else R.string.score_description
        row.contentDescription = context.getString(description, score.label, percent)
        into.addView(row)
    }

    /** The text, with [ranges] marked by colour and by weight. */
    private fun addMarked(text: String, ranges: List<TextRange>) {
        val marked = SpannableString(text)
        for (range in ranges) {
            for (span in listOf(BackgroundColorSpan(context.getColor(R.color.mark)), StyleSpan(Typeface.BOLD))) {
                marked.setSpan(span, range.begin, range.end, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
            }
        }
        into.addText(R.style.Body, marked)
    }

    /** How alike two texts are, or where the vector of one begins. */
    private fun value(answer: EmbeddingResult): String =
        answer.similarity?.let { context.getString(R.string.value, it) }
            ?: answer.embedding.take(3).joinToString(prefix = "[", postfix = ", \u2026]")

    private fun value(answer: RegressionResult): String {
        val range = (Session.opened as? Opened.Ready)?.bundle?.bundle?.manifest?.valueRange
            ?: return context.getString(R.string.value, answer.value)
        return context.getString(R.string.value_in_range, answer.value, range.first, range.second)
    }
}
