package dev.tfbertedge.demo

import android.app.Activity
import android.view.View
import android.view.ViewGroup
import android.widget.LinearLayout
import android.widget.TextView

/** A page of the app: a view, and how it shows the [Session]. */
interface Screen {
    val view: View

    /** Called at every change of the session, on the main thread. */
    fun show()
}

/** A view that the layout is known to hold. */
internal fun <T : View> View.need(id: Int): T = findViewById<T>(id)!!

internal fun <T : View> Activity.need(id: Int): T = findViewById<T>(id)!!

/** Shows [message], or hides the view where there is none. */
internal fun TextView.showOrHide(message: CharSequence?) {
    visibility = if (message == null) View.GONE else View.VISIBLE
    text = message
}

/** Adds a line of text in the manner of [style]. */
internal fun ViewGroup.addText(style: Int, content: CharSequence): TextView {
    val line = TextView(context, null, 0, style)
    line.text = content
    val params = LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, LinearLayout.LayoutParams.WRAP_CONTENT)
    params.topMargin = (12 * resources.displayMetrics.density).toInt()
    addView(line, params)
    return line
}

/** What stands in the way of showing anything: the bundle is on its way, or broken. */
internal fun View.bundleProblem(): String? = when (val opened = Session.opened) {
    is Opened.Failed -> opened.message
    is Opened.Busy -> context.getString(R.string.opening)
    else -> null
}
