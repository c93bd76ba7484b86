package dev.tfbertedge.demo

import android.os.Bundle
import android.view.LayoutInflater
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.TextView

/** *Try*: a text in, the answer and how long it took out. */
class TryScreen(parent: ViewGroup) : Screen {
    override val view: View = LayoutInflater.from(parent.context).inflate(R.layout.screen_try, parent, false)

    private val text = view.need<EditText>(R.id.text)
    private val pair = view.need<EditText>(R.id.pair)
    private val textLabel = view.need<TextView>(R.id.text_label)
    private val pairLabel = view.need<TextView>(R.id.pair_label)
    private val button = view.need<View>(R.id.answer)
    private val state = view.need<TextView>(R.id.state)
    private val result = view.need<ViewGroup>(R.id.result)
    private var drawn: Answered = Answered.Nothing
    private var shared: CharSequence? = null

    init {
        button.setOnClickListener { ask() }
    }

    /** Fills in a text that came from elsewhere, once a bundle is open, and answers it. */
    fun take(text: CharSequence) {
        shared = text
        show()
    }

    fun save(state: Bundle) {
        state.putCharSequence(TEXT, text.text)
        state.putCharSequence(PAIR, pair.text)
    }

    fun restore(state: Bundle) {
        text.setText(state.getCharSequence(TEXT))
        pair.setText(state.getCharSequence(PAIR))
    }

    override fun show() {
        (Session.opened as? Opened.Ready)?.let {
            name(it.bundle)
            fillIn(it.bundle)
        }
        button.isEnabled = Session.opened is Opened.Ready
        val answered = Session.answered
        state.showOrHide(
            view.bundleProblem() ?: when (answered) {
                is Answered.Failed -> answered.message
                is Answered.Busy -> view.context.getString(R.string.answering)
                else -> null
            },
        )
        if (answered === drawn || answered is Answered.Busy) return // The last answer stays until the next one is there.
        drawn = answered
        result.removeAllViews()
        if (answered is Answered.Ready) draw(answered)
    }

    private fun fillIn(loaded: LoadedBundle) {
        val text = shared ?: return
        shared = null
        if (asks(loaded)) return pair.setText(text) // What is left to do is to ask something.
        this.text.setText(text)
        ask()
    }

    private fun asks(loaded: LoadedBundle): Boolean = loaded.bundle.manifest.task == "question_answering"

    /** Names the fields as the task of the bundle has them. */
    private fun name(loaded: LoadedBundle) {
        for (each in listOf(pair, pairLabel)) each.visibility = if (loaded.takesPairs) View.VISIBLE else View.GONE
        val asks = asks(loaded)
        textLabel.setText(if (asks) R.string.question else R.string.text)
        text.setHint(if (asks) R.string.question_hint else R.string.text_hint)
        pairLabel.setText(if (asks) R.string.context else R.string.second_text)
        pair.setHint(if (asks) R.string.context_hint else R.string.second_text_hint)
    }

    private fun ask() {
        val second = if (pair.visibility == View.VISIBLE) pair.text.toString() else null
        Session.answer(view.context, text.text.toString(), second)
    }

    private fun draw(answered: Answered.Ready) {
        AnswerView(result).draw(answered)
        val prediction = answered.prediction
        val millis = listOf(prediction.tokenizeNanos, prediction.inferenceNanos, prediction.decodeNanos).map { it / 1e6 }
        result.addText(R.style.Quiet, view.context.getString(R.string.times, millis[0], millis[1], millis[2]))
    }

    private companion object {
        const val TEXT = "text"
        const val PAIR = "pair"
    }
}
