package dev.tfbertedge.demo

import android.content.Intent
import android.view.LayoutInflater
import android.view.View
import android.view.ViewGroup
import android.widget.ArrayAdapter
import android.widget.Button
import android.widget.ProgressBar
import android.widget.Spinner
import android.widget.TextView
import dev.tfbertedge.core.Json

/** *Validate*: accuracy, agreement and speed of the open bundle, on this phone. */
class ValidateScreen(parent: ViewGroup) : Screen {
    override val view: View = LayoutInflater.from(parent.context).inflate(R.layout.screen_validate, parent, false)

    private val threads = view.need<Spinner>(R.id.threads)
    private val start = view.need<Button>(R.id.start)
    private val bar = view.need<ProgressBar>(R.id.bar)
    private val progress = view.need<TextView>(R.id.progress)
    private val state = view.need<TextView>(R.id.state)
    private val result = view.need<ViewGroup>(R.id.result)
    private val share = view.need<View>(R.id.share)
    private var drawn: Measured = Measured.Nothing

    init {
        val cores = Runtime.getRuntime().availableProcessors()
        val counts = THREADS.filter { it == 1 || it <= cores }
        threads.adapter = ArrayAdapter(view.context, android.R.layout.simple_spinner_dropdown_item, counts)
        start.setOnClickListener {
            if (Session.measured is Measured.Busy) Session.cancelMeasuring() else measure(counts[threads.selectedItemPosition])
        }
        share.setOnClickListener { share() }
    }

    override fun show() {
        val measured = Session.measured
        val busy = measured as? Measured.Busy
        start.setText(if (busy == null) R.string.start else R.string.cancel)
        start.isEnabled = busy != null || Session.opened is Opened.Ready
        threads.isEnabled = busy == null
        bar.visibility = if (busy == null) View.GONE else View.VISIBLE
        bar.isIndeterminate = busy?.total == 0
        bar.max = busy?.total ?: 0
        bar.progress = busy?.done ?: 0
        progress.showOrHide(busy?.let { view.context.getString(R.string.progress, it.done, it.total) })
        state.showOrHide(
            when (measured) {
                is Measured.Failed -> measured.message
                is Measured.Cancelled -> view.context.getString(R.string.cancelled)
                else -> view.bundleProblem()
            },
        )
        share.visibility = if (measured is Measured.Ready) View.VISIBLE else View.GONE
        if (measured === drawn) return
        drawn = measured
        result.removeAllViews()
        if (measured is Measured.Ready) ReportView(result).draw(measured.report)
    }

    private fun measure(count: Int) =
        Session.measure(view.context, Request(null, "on-screen", Request.Mode.VALIDATE, count, Request.DEFAULT_REPEATS))

    private fun share() {
        val report = (Session.measured as? Measured.Ready)?.report ?: return
        val intent = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, Json.write(report))
        view.context.startActivity(Intent.createChooser(intent, view.context.getString(R.string.share_report)))
    }

    private companion object {
        val THREADS = listOf(1, 2, 4, 8)
    }
}
