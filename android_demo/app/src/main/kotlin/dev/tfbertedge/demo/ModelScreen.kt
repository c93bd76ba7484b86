package dev.tfbertedge.demo

import android.graphics.Typeface
import android.text.format.Formatter
import android.view.LayoutInflater
import android.view.View
import android.view.ViewGroup
import android.widget.TextView

/** *Model*: what the open bundle is made of, and how to open another. */
class ModelScreen(parent: ViewGroup, pick: () -> Unit) : Screen {
    override val view: View = LayoutInflater.from(parent.context).inflate(R.layout.screen_model, parent, false)

    private val state = view.need<TextView>(R.id.state)
    private val result = view.need<ViewGroup>(R.id.result)
    private var drawn: Opened = Opened.Nothing

    init {
        view.need<View>(R.id.pick).setOnClickListener { pick() }
        view.need<View>(R.id.own).setOnClickListener { Session.openOwn(view.context) }
    }

    override fun show() {
        state.showOrHide(view.bundleProblem())
        val opened = Session.opened
        if (opened === drawn) return
        drawn = opened
        result.removeAllViews()
        if (opened is Opened.Ready) draw(opened.bundle)
    }

    private fun draw(loaded: LoadedBundle) {
        val context = view.context
        val manifest = loaded.bundle.manifest
        result.addText(
            R.style.Heading,
            context.getString(R.string.facts, manifest.task, manifest.form, manifest.sequenceLength, loaded.pieces),
        )
        if (manifest.labels.isNotEmpty()) {
            result.addText(R.style.Body, context.getString(R.string.labels, manifest.labels.joinToString()))
        }
        result.addText(R.style.Heading, context.getString(R.string.files))
        for ((name, record) in manifest.files) {
            val size = Formatter.formatShortFileSize(context, record.sizeBytes)
            result.addText(R.style.Quiet, context.getString(R.string.file, name, size, record.sha256)).setTextIsSelectable(true)
        }
        result.addText(R.style.Heading, context.getString(R.string.card))
        result.addText(R.style.Quiet, loaded.card).apply {
            typeface = Typeface.MONOSPACE
            setTextIsSelectable(true)
        }
    }
}
