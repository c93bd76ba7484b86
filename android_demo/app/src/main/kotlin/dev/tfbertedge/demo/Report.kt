package dev.tfbertedge.demo

import dev.tfbertedge.core.EvalExample
import dev.tfbertedge.core.GoldenRow
import dev.tfbertedge.core.Json
import dev.tfbertedge.core.LatencyPercentiles
import dev.tfbertedge.core.Validation
import java.io.File
import java.io.FileOutputStream
import java.io.IOException

/** The phone, as a report names it. */
class Device(val manufacturer: String, val model: String, val api: Int, val abi: String, val cores: Int, val litert: String)

/** Measures a bundle on this phone, and writes down what came out; schema version 1, see android_demo/README.md. */
object Report {
    private const val SCHEMA_VERSION = 1
    private const val WARM_UP = 10

    /**
     * Runs what [request] asks for.
     *
     * @param progress called with texts done and of all; it may throw to cancel.
     * @param peakMemoryMib asked at the end.
     * @return the report, plain JSON values.
     */
    fun measure(
        loaded: LoadedBundle,
        request: Request,
        device: Device,
        peakMemoryMib: () -> Double?,
        progress: (Int, Int) -> Unit,
    ): Map<String, Any?> {
        val predictor = loaded.predictor(request.threads)
        val measured = when (request.mode) {
            Request.Mode.VALIDATE -> Validation(loaded.bundle, predictor).run(progress).toJson()
            Request.Mode.BENCHMARK -> benchmark(loaded, request, progress)
        }
        val manifest = predictor.manifest
        return linkedMapOf<String, Any?>(
            "schema_version" to SCHEMA_VERSION,
            "status" to "ok",
            "run" to request.run,
            "mode" to if (request.mode == Request.Mode.VALIDATE) "validate" else "benchmark",
            "bundle" to linkedMapOf(
                "name" to loaded.name,
                "task" to manifest.task,
                "form" to manifest.form,
                "sha256" to loaded.manifestSha256,
            ),
            "device" to linkedMapOf(
                "manufacturer" to device.manufacturer,
                "model" to device.model,
                "android_api" to device.api,
                "abi" to device.abi,
                "cores" to device.cores,
            ),
            "runtime" to linkedMapOf("litert" to device.litert, "threads" to request.threads),
        ) + measured + mapOf("peak_memory_mib" to peakMemoryMib(), "error" to null)
    }

    /** What is written where nothing could be measured. */
    fun failed(run: String, message: String): Map<String, Any?> =
        linkedMapOf("schema_version" to SCHEMA_VERSION, "status" to "failed", "run" to run, "error" to message)

    /** Writes a report as `RUN.json` in [folder]: whole, or not at all. */
    @Throws(IOException::class)
    fun write(folder: File, run: String, report: Map<String, Any?>) {
        folder.mkdirs()
        val partial = File(folder, "$run.json.partial")
        FileOutputStream(partial).use {
            it.write(Json.write(report).toByteArray())
            it.fd.sync()
        }
        if (!partial.renameTo(File(folder, "$run.json"))) throw IOException("$partial cannot be renamed")
    }

    /** Times [Request.repeats] texts, the labelled examples or else the golden texts in turn, after some that do not count. */
    private fun benchmark(loaded: LoadedBundle, request: Request, progress: (Int, Int) -> Unit): Map<String, Any?> {
        val examples = EvalExample.read(loaded.bundle).map { it.text to it.pair }
        val texts = examples.ifEmpty { GoldenRow.read(loaded.bundle).map { it.text to it.pair }.toList() }
        val predictor = loaded.predictor(request.threads)
        val total = WARM_UP + request.repeats
        val times = Array(3) { LongArray(request.repeats) }
        for (index in 0 until total) {
            progress(index, total)
            val (text, pair) = texts[index % texts.size]
            val prediction = predictor.predict(text, pair)
            if (index < WARM_UP) continue
            times[0][index - WARM_UP] = prediction.inferenceNanos
            times[1][index - WARM_UP] = prediction.tokenizeNanos
            times[2][index - WARM_UP] = prediction.decodeNanos
        }
        progress(total, total)
        return linkedMapOf(
            "examples" to minOf(texts.size, request.repeats),
            "latency_ms" to LatencyPercentiles.of(times[0]).toJson(),
            "tokenize_ms" to LatencyPercentiles.of(times[1]).toJson(),
            "decode_ms" to LatencyPercentiles.of(times[2]).toJson(),
        )
    }
}
