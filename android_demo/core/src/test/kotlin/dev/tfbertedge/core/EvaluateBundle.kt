package dev.tfbertedge.core

import java.io.File

/**
 * Runs all labelled examples of bundles on the JVM and prints their figures:
 *
 *     mvn -f android_demo/core test-compile exec:java -Dtfbertedge.bundle=DIR
 */
object EvaluateBundle {
    private const val WARM_UP = 50

    @JvmStatic
    fun main(arguments: Array<String>) = arguments.flatMap { it.split(',') }.forEach { evaluate(File(it)) }

    private fun evaluate(folder: File) {
        val bundle = Bundle.open(folder)
        JvmModel(File(folder, "model.tflite"), bundle.manifest.inputs).use { model ->
            val predictor = Predictor(bundle, model)
            // The virtual machine compiles what it has seen often; before that, times are not those of use.
            EvalExample.read(bundle).take(WARM_UP).forEach { predictor.predict(it.text, it.pair) }
            val report = Validation(bundle, predictor).run()
            println(Json.write(mapOf("bundle" to folder.path) + report.toJson()))
            val inference = report.inference
            val around = 100 * (report.tokenizing.meanMs + report.decoding.meanMs) / inference.meanMs
            println("$folder: ${report.examples} examples, ${report.metrics}")
            println("golden: ${report.golden}")
            println("inference p50 %.3f p90 %.3f p99 %.3f ms".format(inference.p50Ms, inference.p90Ms, inference.p99Ms))
            println("tokenizing p50 %.4f ms, decoding p50 %.4f ms, together %.2f%% of inference"
                .format(report.tokenizing.p50Ms, report.decoding.p50Ms, around))
        }
    }
}
