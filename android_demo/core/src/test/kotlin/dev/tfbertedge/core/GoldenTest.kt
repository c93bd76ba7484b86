package dev.tfbertedge.core

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory

/**
 * The golden vectors of bundles, with TensorFlow Lite on the JVM: `-Dtfbertedge.bundle=DIR`, or several with commas.
 *
 * `make android-core-test` makes a tiny bundle of every task for it.
 */
class GoldenTest {
    private val folders: List<File> =
        System.getProperty("tfbertedge.bundle").orEmpty().split(',').filter { it.isNotEmpty() }.map(::File)

    @TestFactory
    fun `golden texts and outputs on the JVM give the golden ids and answers`(): List<DynamicTest> = each { report ->
        assertTrue(report.rows >= 20) { "only ${report.rows} golden rows." }
        assertEquals(0, report.idDifferences, "rows tokenized otherwise")
        assertEquals(0, report.answerDifferences, "rows decoded otherwise")
    }

    @TestFactory
    fun `golden texts through the model on the JVM give the golden decisions`(): List<DynamicTest> = each { report ->
        assertTrue(report.passed) { "$report" }
        // Fast kernels against the reference kernels: networks of random weights decide closely, and an answer of many parts
        // is another one as soon as one of them is.
        assertTrue(report.differences <= 0.2 * report.rows) { "$report" }
    }

    private fun each(test: (GoldenReport) -> Unit): List<DynamicTest> = folders.map { folder ->
        dynamicTest(folder.path) {
            val bundle = Bundle.open(folder)
            JvmModel(File(folder, "model.tflite"), bundle.manifest.inputs).use { model ->
                test(GoldenReport.of(bundle, Predictor(bundle, model)))
            }
        }
    }
}
