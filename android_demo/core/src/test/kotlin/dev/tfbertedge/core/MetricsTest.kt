package dev.tfbertedge.core

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

/** Expected values are those of scikit-learn 1.9.1, SciPy 1.18 and numpy 2.4.6 on the same numbers. */
class MetricsTest {
    @Test
    fun `classification of four classes of which one never occurs equals scikit-learn`() {
        val labels = intArrayOf(0, 1, 2, 2, 1, 0, 2, 1, 1, 0)
        val decisions = intArrayOf(0, 2, 2, 2, 1, 1, 2, 1, 0, 0)

        val metrics = Metrics.classification(labels, decisions, 4)

        assertEquals(0.7, metrics.getValue("accuracy"), 1e-15)
        assertEquals(0.5208333333333333, metrics.getValue("precision_macro"), 1e-15)
        assertEquals(0.5416666666666666, metrics.getValue("recall_macro"), 1e-15)
        assertEquals(0.5238095238095238, metrics.getValue("f1_macro"), 1e-15)
        assertEquals(0.5606060606060606, metrics.getValue("matthews"), 1e-15)
    }

    @Test
    fun `classification of one label alone has no correlation`() {
        assertEquals(0.0, Metrics.classification(intArrayOf(1, 1), intArrayOf(1, 0), 2)["matthews"])
    }

    @Test
    fun `regression with ties equals SciPy`() {
        val metrics = Metrics.regression(
            doubleArrayOf(0.5, 2.0, 2.0, 3.5, 5.0, 1.0), doubleArrayOf(1.0, 2.5, 2.0, 2.5, 4.0, 0.0),
        )
        assertEquals(0.8941258311347158, metrics.getValue("pearson"), 1e-14)
        assertEquals(0.8970588235294118, metrics.getValue("spearman"), 1e-14)
        assertEquals(0.5833333333333334, metrics.getValue("mse"), 1e-14)
    }

    @Test
    fun `regression of a constant side is worth nothing`() {
        val metrics = Metrics.regression(doubleArrayOf(1.0, 2.0), doubleArrayOf(3.0, 3.0))
        assertEquals(0.0 to 0.0, metrics["pearson"] to metrics["spearman"])
    }

    @Test
    fun `metrics of unequal counts are refused`() {
        assertThrows(IllegalArgumentException::class.java) { Metrics.classification(intArrayOf(1), intArrayOf(), 2) }
    }

    @Test
    fun `percentiles between two durations equal numpy`() {
        val nanos = longArrayOf(5_000_000, 1_000_000, 4_000_000, 2_500_000, 9_000_000, 3_000_000, 7_250_000)

        val percentiles = LatencyPercentiles.of(nanos)

        assertEquals(4.0, percentiles.p50Ms, 1e-12)
        assertEquals(7.95, percentiles.p90Ms, 1e-12)
        assertEquals(8.895, percentiles.p99Ms, 1e-12)
        assertEquals(4.535714285714286, percentiles.meanMs, 1e-12)
        assertEquals(7, percentiles.runs)
    }

    @Test
    fun `percentiles of one duration are that duration`() {
        assertEquals(LatencyPercentiles(2.0, 2.0, 2.0, 2.0, 1), LatencyPercentiles.of(longArrayOf(2_000_000)))
    }
}
