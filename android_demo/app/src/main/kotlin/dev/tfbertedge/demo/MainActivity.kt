package dev.tfbertedge.demo

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.widget.RadioGroup

/** The three screens, one at a time. */
class MainActivity : Activity() {
    private val shown: () -> Unit = { screens[open]?.show() }
    private val screens = LinkedHashMap<Int, Screen>()
    private lateinit var trying: TryScreen
    private var open = R.id.tab_try

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.main)
        drawEdgeToEdge(need<View>(R.id.root))
        val frame = need<ViewGroup>(R.id.screen)
        trying = TryScreen(frame)
        screens[R.id.tab_try] = trying
        screens[R.id.tab_validate] = ValidateScreen(frame)
        screens[R.id.tab_model] = ModelScreen(frame, ::pickBundle)
        val tabs = need<RadioGroup>(R.id.tabs)
        tabs.setOnCheckedChangeListener { _, tab -> open(tab, frame) }
        tabs.check(savedInstanceState?.getInt(OPEN) ?: R.id.tab_try)
        if (savedInstanceState == null) takeText(intent) else trying.restore(savedInstanceState)
        Session.openUsual(this)
    }

    override fun onStart() {
        super.onStart()
        Session.observe(shown)
    }

    override fun onStop() {
        Session.forget(shown)
        super.onStop()
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putInt(OPEN, open)
        trying.save(outState)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        takeText(intent)
    }

    @Deprecated("The way without androidx.")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        val uri = data?.data
        if (requestCode == PICK && resultCode == RESULT_OK && uri != null) Session.open(this, Place.Picked(uri))
    }

    private fun open(tab: Int, frame: ViewGroup) {
        open = tab
        frame.removeAllViews()
        val screen = screens.getValue(tab)
        frame.addView(screen.view)
        screen.show()
    }

    /** Takes over a text that another app shares. */
    private fun takeText(intent: Intent) {
        if (intent.action != Intent.ACTION_SEND) return
        val text = intent.getCharSequenceExtra(Intent.EXTRA_TEXT) ?: return
        need<RadioGroup>(R.id.tabs).check(R.id.tab_try)
        trying.take(text)
    }

    @Suppress("DEPRECATION")
    private fun pickBundle() {
        // Not by type: file managers disagree on what a zip's is, and the reader refuses what is none.
        val intent = Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*")
        try {
            startActivityForResult(intent, PICK)
        } catch (error: ActivityNotFoundException) {
            Session.refuse(getString(R.string.no_picker))
        }
    }

    private companion object {
        const val PICK = 1
        const val OPEN = "open"
    }
}
