package dev.tfbertedge.demo

import android.os.Handler
import android.os.Looper
import dev.tfbertedge.core.BundleException
import java.util.concurrent.CancellationException
import java.util.concurrent.Executors

/** How a piece of work ended. */
sealed class Outcome<out T> {
    class Done<T>(val value: T) : Outcome<T>()

    /** [message] says what is wrong and what to do; null where only the exception's name is known. */
    class Failed(val message: String?, val error: Throwable) : Outcome<Nothing>()

    object Cancelled : Outcome<Nothing>()
}

/** Work that is under way or waits for its turn. */
class Task {
    @Volatile
    private var cancelled = false

    /** Makes the work end at its next [check]; its outcome is then [Outcome.Cancelled]. */
    fun cancel() {
        cancelled = true
    }

    /** Called by the work, often. */
    fun check() {
        if (cancelled) throw CancellationException()
    }
}

/** One thread for all that takes time: a model is never used by two at once, and the main thread never waits. */
object Background {
    private val thread = Executors.newSingleThreadExecutor { Thread(it, "edge") }
    private val main by lazy { Handler(Looper.getMainLooper()) }

    /** Runs [work] after what was asked for before; [done] is then called on the main thread. */
    fun <T> start(work: (Task) -> T, done: (Outcome<T>) -> Unit): Task {
        val task = Task()
        thread.execute {
            val outcome = outcome(task, work)
            onMain { done(outcome) }
        }
        return task
    }

    /** Calls [action] on the main thread, soon. */
    fun onMain(action: () -> Unit) {
        main.post(action)
    }

    private fun <T> outcome(task: Task, work: (Task) -> T): Outcome<T> = try {
        task.check()
        Outcome.Done(work(task))
    } catch (error: CancellationException) {
        Outcome.Cancelled
    } catch (error: BundleException) {
        Outcome.Failed(error.message, error)
    } catch (error: IllegalArgumentException) { // What the core says of texts that a task does not take.
        Outcome.Failed(error.message, error)
    } catch (error: Exception) {
        Outcome.Failed(null, error)
    } catch (error: OutOfMemoryError) { // A bundle too large for this phone; the app goes on.
        Outcome.Failed(null, error)
    } catch (error: UnsatisfiedLinkError) { // A phone of another processor than the APK's.
        Outcome.Failed(null, error)
    }
}
