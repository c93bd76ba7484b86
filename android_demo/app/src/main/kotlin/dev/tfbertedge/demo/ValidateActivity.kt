package dev.tfbertedge.demo

import android.app.Activity
import android.content.Intent
import android.content.pm.ApplicationInfo
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.view.WindowManager
import java.io.File

/**
 * Measures as an intent says, at once and without a tap, and writes the report; the contract is in android_demo/README.md.
 *
 * Only in a debuggable build: any app of the phone may send the intent, and what it starts takes time and memory.
 */
class ValidateActivity : Activity() {
    private val shown: () -> Unit = { screen.show() }
    private lateinit var screen: Screen

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.main)
        drawEdgeToEdge(need<View>(R.id.root))
        need<ViewGroup>(R.id.tabs).visibility = View.GONE
        val frame = need<ViewGroup>(R.id.screen)
        screen = ValidateScreen(frame)
        frame.addView(screen.view)
        // A phone that goes to sleep would slow down in the middle.
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        if (savedInstanceState == null) start(intent)
    }

    override fun onStart() {
        super.onStart()
        Session.observe(shown)
    }

    override fun onStop() {
        Session.forget(shown)
        super.onStop()
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        start(intent)
    }

    private fun start(intent: Intent) {
        if (intent.action != Request.ACTION) return Session.openUsual(this)
        if (applicationInfo.flags and ApplicationInfo.FLAG_DEBUGGABLE == 0) {
            Session.openUsual(this)
            return Session.refuseMeasuring(getString(R.string.only_debuggable))
        }
        try {
            Session.measure(this, Request.of(intent))
        } catch (error: IllegalArgumentException) {
            val message = error.message.orEmpty()
            Session.refuseMeasuring(message)
            Request.run(intent)?.let { Report.write(File(filesDir, "reports"), it, Report.failed(it, message)) }
        }
    }
}
