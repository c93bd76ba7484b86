package dev.tfbertedge.demo

import android.view.LayoutInflater
import android.view.ViewGroup
import android.widget.TextView

/** Lines and a table of a report; they are read from its JSON values, so that what is shown is what is shared. */
class ReportView(private val into: ViewGroup) {
    private val context = into.context

    fun draw(report: Map<String, Any?>) {
        metrics(report)
        (report["golden"] as? Map<*, *>)?.let { golden(it) }
        val latency = report.block("latency_ms")
        line(R.string.latency, latency["p50"], latency["p90"], latency["p99"], latency["runs"])
        line(R.string.around, report.block("tokenize_ms")["p50"], report.block("decode_ms")["p50"])
        val device = report.block("device")
        val runtime = report.block("runtime")
        line(
            R.string.conditions,
            device["manufacturer"],
            device["model"],
            device["android_api"],
            device["abi"],
            device["cores"],
            runtime["litert"],
            runtime["threads"],
            report["peak_memory_mib"] ?: Double.NaN,
        )
    }

    private fun metrics(report: Map<String, Any?>) {
        val metrics = report["metrics"] as? Map<*, *> ?: return
        val host = hostMetrics()
        row(context.getString(R.string.metric), context.getString(R.string.here), context.getString(R.string.host))
        for ((name, value) in metrics) row(name.toString(), number(value), number(host[name]))
    }

    private fun golden(golden: Map<*, *>) {
        val rows = golden["rows"] as Int
        val otherwise = golden["id_differences"] as Int
        if (otherwise > 0) {
            into.addText(R.style.Problem, context.getString(R.string.golden_bad, otherwise, rows))
        } else {
            line(R.string.golden_good, rows - golden["differences"] as Int, rows)
        }
    }

    /** Of the same examples where the bundle has them, else of the host's whole evaluation set. */
    private fun hostMetrics(): Map<*, *> {
        val figures = (Session.opened as? Opened.Ready)?.bundle?.bundle?.manifest?.figures.orEmpty()
        val same = (figures["evaluation"] as? Map<*, *>)?.get("metrics") as? Map<*, *>
        return same ?: figures["metrics"] as? Map<*, *> ?: emptyMap<String, Any?>()
    }

    private fun number(value: Any?): String =
        (value as? Number)?.let { context.getString(R.string.number, it.toDouble()) } ?: context.getString(R.string.none)

    private fun row(name: String, here: String, host: String) {
        val row = LayoutInflater.from(context).inflate(R.layout.row_metric, into, false)
        row.need<TextView>(R.id.name).text = name
        row.need<TextView>(R.id.here).text = here
        row.need<TextView>(R.id.host).text = host
        into.addView(row)
    }

    private fun line(text: Int, vararg values: Any?) {
        into.addText(R.style.Quiet, context.getString(text, *values))
    }

    private fun Map<String, Any?>.block(name: String): Map<*, *> = this[name] as Map<*, *>
}
