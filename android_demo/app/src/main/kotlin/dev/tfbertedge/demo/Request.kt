package dev.tfbertedge.demo

import android.content.Intent

/** What to measure, and what to call the report. */
class Request(
    val place: Place?,
    val run: String,
    val mode: Mode,
    val threads: Int,
    val repeats: Int,
) {
    /** All examples for quality, or some texts again and again for time. */
    enum class Mode { VALIDATE, BENCHMARK }

    companion object {
        /** The action that starts a measurement without a tap; its extras are in android_demo/README.md. */
        const val ACTION: String = "dev.tfbertedge.demo.action.VALIDATE"
        const val DEFAULT_REPEATS: Int = 100

        /**
         * Reads the extras of an intent.
         *
         * @throws IllegalArgumentException one of them is not what it must be; the message says which.
         */
        fun of(intent: Intent): Request {
            val mode = intent.getStringExtra("mode") ?: "validate"
            val threads = intent.getIntExtra("threads", 1)
            val repeats = intent.getIntExtra("repeats", DEFAULT_REPEATS)
            require(mode == "validate" || mode == "benchmark") { "mode must be validate or benchmark, it was '$mode'." }
            require(threads in 1..64) { "threads must be from 1 to 64, it was $threads." }
            require(repeats in 1..1_000_000) { "repeats must be from 1 to 1000000, it was $repeats." }
            return Request(
                place = intent.getStringExtra("bundle")?.let { Place.Pushed(it) } ?: Place.Assets,
                run = run(intent) ?: throw IllegalArgumentException("run must match ${Bundles.NAME}."),
                mode = if (mode == "validate") Mode.VALIDATE else Mode.BENCHMARK,
                threads = threads,
                repeats = repeats,
            )
        }

        /** The report's name, where it can be one. */
        fun run(intent: Intent): String? = intent.getStringExtra("run")?.takeIf { Bundles.NAME.matches(it) }
    }
}
