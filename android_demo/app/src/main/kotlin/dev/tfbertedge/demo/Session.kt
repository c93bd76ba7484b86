package dev.tfbertedge.demo

import android.content.Context
import android.util.Log
import dev.tfbertedge.core.BundleException
import dev.tfbertedge.core.Prediction
import java.io.File
import java.util.concurrent.CancellationException

/** The bundle on the screens. */
sealed class Opened {
    object Nothing : Opened()

    class Busy : Opened()

    class Ready(val bundle: LoadedBundle) : Opened()

    class Failed(val message: String) : Opened()
}

/** The answer on the screen *Try*. */
sealed class Answered {
    object Nothing : Answered()

    object Busy : Answered()

    class Ready(val text: String, val pair: String?, val prediction: Prediction) : Answered()

    class Failed(val message: String) : Answered()
}

/** The measurement on the screen *Validate*. */
sealed class Measured {
    object Nothing : Measured()

    class Busy(val done: Int, val total: Int) : Measured()

    class Ready(val report: Map<String, Any?>) : Measured()

    object Cancelled : Measured()

    class Failed(val message: String) : Measured()
}

/**
 * What the screens show. Lives as long as the process, so that turning the phone loses nothing and stops nothing; is
 * changed on the main thread alone.
 */
object Session {
    private const val TAG = "tfbert-edge"
    private const val PROGRESS_NANOS = 50_000_000L

    /** What runs the models. */
    var runtime: ModelRuntime = LiteRt

    var opened: Opened = Opened.Nothing
        private set
    var answered: Answered = Answered.Nothing
        private set
    var measured: Measured = Measured.Nothing
        private set

    private val listeners = LinkedHashSet<() -> Unit>()
    private var opening: Task? = null
    private var answering: Task? = null
    private var measuring: Task? = null

    // Of the background thread: the one bundle that is open.
    private var held: LoadedBundle? = null

    /** Calls [listener] now and at every change, until [forget]. */
    fun observe(listener: () -> Unit) {
        listeners.add(listener)
        listener()
    }

    fun forget(listener: () -> Unit) {
        listeners.remove(listener)
    }

    /** Opens the usual bundle, unless one is open or on its way. */
    fun openUsual(context: Context) {
        if (opened is Opened.Nothing) open(context) { it.open(Place.Usual) }
    }

    /** Opens a zip that the user picked. */
    fun open(context: Context, picked: Place.Picked) {
        measured = Measured.Nothing
        open(context) { it.open(picked) }
    }

    /** Opens the bundle of the app, and forgets one that was picked. */
    fun openOwn(context: Context) {
        measured = Measured.Nothing
        open(context) {
            it.forgetPicked()
            it.open(Place.Assets)
        }
    }

    /** Answers a text with the open bundle; an answer that is still awaited is given up. */
    fun answer(context: Context, text: String, pair: String?) {
        answering?.cancel()
        answered = Answered.Busy
        val app = context.applicationContext
        answering = Background.start({ loaded().predictor(1).predict(text, pair) }) { outcome ->
            when (outcome) {
                is Outcome.Done -> answered = Answered.Ready(text, pair, outcome.value)
                is Outcome.Failed -> answered = Answered.Failed(message(app, outcome))
                is Outcome.Cancelled -> return@start
            }
            changed()
        }
        changed()
    }

    /**
     * Measures, and writes the report into the app's files, `reports/RUN.json`; so is a failure.
     *
     * A bundle that [request] names is opened for it and stays open.
     */
    fun measure(context: Context, request: Request) {
        measuring?.cancel()
        val app = context.applicationContext
        measured = Measured.Busy(0, 0)
        val busy = Opened.Busy()
        if (request.place != null) opened = busy
        measuring = Background.start({ task -> reported(app, request) { measure(app, request, task) } }) { outcome ->
            measured = when (outcome) {
                is Outcome.Done -> Measured.Ready(outcome.value)
                is Outcome.Failed -> Measured.Failed(message(app, outcome))
                is Outcome.Cancelled -> Measured.Cancelled
            }
            if (opened === busy) { // It did not come to that bundle.
                opened = if (outcome is Outcome.Failed) Opened.Failed(message(app, outcome)) else Opened.Nothing
                openUsual(app)
            }
            changed()
        }
        changed()
    }

    /** Shows why nothing could be opened. */
    fun refuse(message: String) {
        opened = Opened.Failed(message)
        changed()
    }

    /** Shows why nothing is measured. */
    fun refuseMeasuring(message: String) {
        measured = Measured.Failed(message)
        changed()
    }

    /** Ends a measurement at its next text. */
    fun cancelMeasuring() {
        measuring?.cancel()
    }

    private fun open(context: Context, find: (Bundles) -> LoadedBundle) {
        for (task in listOf(opening, answering, measuring)) task?.cancel()
        val app = context.applicationContext
        opened = Opened.Busy()
        opening = Background.start({ hold(find(Bundles(app, runtime))) }) { outcome ->
            when (outcome) {
                is Outcome.Done -> ready(outcome.value)
                is Outcome.Failed -> opened = Opened.Failed(message(app, outcome))
                is Outcome.Cancelled -> return@start
            }
            changed()
        }
        changed()
    }

    private fun measure(app: Context, request: Request, task: Task): Map<String, Any?> {
        val loaded = if (request.place == null) loaded() else hold(Bundles(app, runtime).open(request.place))
        if (request.place != null) {
            Background.onMain {
                ready(loaded)
                changed()
            }
        }
        var shown = 0L
        return Report.measure(loaded, request, Phone.device(runtime), Phone::peakMemoryMib) { done, total ->
            task.check()
            val now = System.nanoTime()
            if (now - shown < PROGRESS_NANOS) return@measure
            shown = now
            Background.onMain {
                if (measured is Measured.Busy && measuring === task) measured = Measured.Busy(done, total)
                changed()
            }
        }
    }

    /** Writes down what [work] returns, or why it did not; a cancelled run leaves no report. */
    private fun reported(app: Context, request: Request, work: () -> Map<String, Any?>): Map<String, Any?> {
        val folder = File(app.filesDir, "reports")
        val report = try {
            work()
        } catch (error: CancellationException) {
            throw error
        } catch (error: Throwable) {
            Report.write(folder, request.run, Report.failed(request.run, error.message ?: error.toString()))
            throw error
        }
        Report.write(folder, request.run, report)
        return report
    }

    private fun hold(loaded: LoadedBundle): LoadedBundle {
        held?.close()
        held = loaded
        // Made here, so that a model that this phone cannot run is told with the bundle.
        loaded.predictor(1)
        return loaded
    }

    private fun loaded(): LoadedBundle = held ?: throw BundleException("no bundle is open. Pick one.")

    private fun ready(loaded: LoadedBundle) {
        opened = Opened.Ready(loaded)
        answered = Answered.Nothing
    }

    private fun message(app: Context, outcome: Outcome.Failed): String {
        Log.e(TAG, "work failed", outcome.error)
        return outcome.message ?: app.getString(R.string.unexpected, outcome.error.toString())
    }

    private fun changed() = listeners.toList().forEach { it() }
}
