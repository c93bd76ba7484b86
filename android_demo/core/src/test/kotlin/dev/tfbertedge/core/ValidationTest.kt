package dev.tfbertedge.core

import java.io.File
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** A bundle of which every text is answered by the same numbers: what is measured can be counted by hand. */
class ValidationTest {
    @TempDir
    lateinit var temporary: File

    private class ConstantModel(manifest: Manifest, private vararg val raw: Int) : EdgeModel {
        override val inputs = manifest.inputs.map { it.copy(role = null) }
        override val outputs = manifest.outputs
        val seen = ArrayList<IntArray>()

        override fun run(ids: IntArray, segmentIds: IntArray, mask: IntArray): List<RawOutput> {
            seen.add(ids)
            return listOf(RawOutput.Integers(raw))
        }

        override fun close() = Unit
    }

    private fun bundle(vararg labels: String): Bundle {
        val rows = labels.mapIndexed { at, label -> Json.write(mapOf("id" to "$at", "text" to "good film", "label" to label)) + "\n" }
        val files = SampleBundle.files + ("eval.jsonl" to rows.joinToString("").toByteArray())
        return Bundle.open(SampleBundle.write(SampleBundle.contents(files), File(temporary, "bundle")))
    }

    @Test
    fun `run of a constant model measures its share of the labels and finds golden texts the same`() {
        val bundle = bundle("positive", "negative", "positive", "positive")
        val model = ConstantModel(bundle.manifest, 64, 192)
        val steps = ArrayList<Int>()
        val validation = Validation(bundle, Predictor(bundle, model))

        val report = validation.run { done, all -> steps.add(done).also { assertEquals(6, all) } }

        assertEquals(0.75, report.metrics["accuracy"])
        assertEquals(listOf(4, 4), listOf(report.examples, report.inference.runs))
        assertEquals((0..6).toList(), steps.distinct())
        // Outputs that never differ allow two steps of 1/256 between kernels.
        assertEquals(GoldenReport(2, 0, 0, 0, 0.0, 2.0 / 256), report.golden)
        assertTrue(report.golden.passed)
        assertArrayEquals(intArrayOf(2, 5, 7, 8, 9, 3, 0, 0), model.seen[0])
        val json = Json.parse(Json.write(report.toJson())) as Map<*, *>
        assertEquals(setOf("examples", "metrics", "golden", "latency_ms", "tokenize_ms", "decode_ms"), json.keys)
        assertEquals(setOf("p50", "p90", "p99", "mean", "runs"), (json["latency_ms"] as Map<*, *>).keys)
    }

    @Test
    fun `run of a model that computes something else does not pass`() {
        val bundle = bundle("positive")
        val report = GoldenReport.of(bundle, Predictor(bundle, ConstantModel(bundle.manifest, 192, 64)))

        assertEquals(GoldenReport(2, 0, 0, 2, 0.5, 2.0 / 256), report)
        assertTrue(!report.passed)
    }

    @Test
    fun `run that progress stops is not gone on with`() {
        val bundle = bundle("positive")
        val model = ConstantModel(bundle.manifest, 64, 192)
        assertThrows(InterruptedException::class.java) {
            Validation(bundle, Predictor(bundle, model)).run { done, _ -> if (done == 1) throw InterruptedException() }
        }
        assertEquals(1, model.seen.size)
    }

    @Test
    fun `run of an unknown label names it`() {
        val bundle = bundle("positive", "neutral")
        val validation = Validation(bundle, Predictor(bundle, ConstantModel(bundle.manifest, 64, 192)))
        val error = assertThrows(BundleException::class.java) { validation.run() }
        assertTrue("'neutral'" in error.message.orEmpty()) { error.message }
    }

    @Test
    fun `predictor of a model with other tensors is refused`() {
        val bundle = bundle("positive")
        val other = bundle.manifest.copy(outputs = bundle.manifest.outputs.map { it.copy(zeroPoint = 1) })
        assertThrows(BundleException::class.java) { Predictor(bundle, ConstantModel(other, 64, 192)) }
    }

    @Test
    fun `predict with fewer alternatives lists the likeliest`() {
        val bundle = bundle("positive")
        val result = Predictor(bundle, ConstantModel(bundle.manifest, 64, 192)).predict("good", topK = 1).result
        assertEquals(ClassificationResult("positive", 0.75f, listOf(LabelScore("positive", 0.75f))), result)
    }
}
